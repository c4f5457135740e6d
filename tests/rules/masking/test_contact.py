"""Contact data in office pages: recognisable to whoever knows it, and empty where nothing was given."""

import pytest

from opinion_app.rules.masking import ContactField, mask_contact


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        (ContactField.PHONE, "13800001234", "138****1234"),
        (ContactField.PHONE, "+86 138 0000 1234", "138****1234"),
        (ContactField.PHONE, "0731-88001234", "0731-********"),
        (ContactField.PHONE, "88001234", "********"),
        (ContactField.PHONE, "没有电话", "***"),
        (ContactField.PHONE, " ", ""),
        (ContactField.EMAIL, "zhang@qq.com", "z***@qq.com"),
        (ContactField.EMAIL, "zhang@factory.cn", "***@***"),
        (ContactField.EMAIL, "无", "***"),
        (ContactField.EMAIL, "", ""),
        (ContactField.NAME, "张三", "张**"),
        (ContactField.NAME, " 欧阳小明 ", "欧**"),
        (ContactField.NAME, "张", "张**"),
        (ContactField.NAME, "John", "***"),
        (ContactField.NAME, "", ""),
        (ContactField.ADDRESS, "湘水县青山镇柳树村三组12号", "湘水县青山镇******"),
        (ContactField.ADDRESS, "三组12号", "三组******"),
        (ContactField.ADDRESS, "　", ""),
    ],
)
def test_each_field_is_masked(field: ContactField, value: str, shown: str) -> None:
    assert mask_contact(field, value) == shown
