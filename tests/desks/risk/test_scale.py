"""The administrator sets the scale; the next assessment is weighed by it, the ones before keep theirs."""

from __future__ import annotations

import pytest
from flask import Flask

from opinion_app import clock
from opinion_app.desks.risk.scale import change_scale
from opinion_app.flow import assess as acts
from opinion_app.records.transaction import transaction
from opinion_app.rules.assessment import DEFAULT_SCALE, Ground, Sheet
from opinion_app.rules.errors import Forbidden
from opinion_app.rules.words import RiskFactor, RiskLevel, Role
from tests.builders.life import make_office
from tests.builders.office import make_actor, make_case
from tests.support.client import client_for

PATH = "/office/risk/scale"


def test_the_next_assessment_is_weighed_by_the_new_scale(app: Flask) -> None:
    sheet = Sheet({factor: Ground(1, "截图") for factor in RiskFactor}, findings="有风险")
    with app.app_context(), transaction() as session:
        office = make_office(session)
        make_actor(session, "administrator", Role.ADMINISTRATOR)
        case = make_case(session, office.clerk, clock.now())
        before = acts.assess(session, case, office.clerk, clock.now(), sheet)
        assert before.level is RiskLevel.IV
        with pytest.raises(Forbidden):
            change_scale(session, office.clerk, clock.now(), DEFAULT_SCALE)
    administrator = client_for(app, "administrator")
    assert "分值没有变化" in administrator.submit(PATH).text
    assert "依次增大" in administrator.submit(PATH, bound_III="90").text
    assert "请填写 0 到 100 的整数" in administrator.submit(PATH, content="1000").text
    assert administrator.submit(PATH, bound_III="30", single="II").status_code == 303
    assert 'value="30"' in administrator.get(PATH).text
    with app.app_context(), transaction() as session:
        held = acts.scale(session)
        assert (held.bounds[RiskLevel.III], held.single) == (30, RiskLevel.II)
        case = make_case(session, office.clerk, clock.now())
        assert acts.assess(session, case, office.clerk, clock.now(), sheet).level is RiskLevel.III
        assert acts.latest(session, case) is not before
    assert client_for(app, "clerk").get(PATH).status_code == 403
