"""Working frames: reading and refusing."""

import pytest

from opinion_app.rules.frames import DEFAULT_FRAMES, Frame, FramesRefused, check_frames


def test_frames_are_read_and_said() -> None:
    assert tuple(Frame.parse(text) for text in ("08:30-12:00", "14：30—18:00")) == DEFAULT_FRAMES
    assert str(Frame.parse("22:00-24:00")) == "22:00-24:00"


@pytest.mark.parametrize("text", ["", "08:30", "8-12", "08:60-12:00", "12:00-08:30", "09:00-09:00", "20:00-24:01", "a:b-c:d"])
def test_a_bad_frame_is_refused(text: str) -> None:
    with pytest.raises(FramesRefused):
        Frame.parse(text)


def test_frames_may_touch_but_not_overlap() -> None:
    check_frames((Frame(0, 600), Frame(600, 1440)))
    with pytest.raises(FramesRefused, match="重叠"):
        check_frames((Frame(480, 720), Frame(700, 1080)))
    with pytest.raises(FramesRefused, match="至少"):
        check_frames(())
