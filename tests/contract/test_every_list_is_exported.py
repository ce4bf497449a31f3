"""Every list a person works with can be taken along as a table (导出), headed in both languages."""

import re

import pytest

import aftersales.service
import call_center.service
import customer_master.service
import feedback.service
import sales.service
from isthmus.exports import columns_of
from isthmus.service import Service
from isthmus.testing.lists import lists_of

SERVICES = (
    customer_master.service.SERVICE,
    sales.service.service,
    aftersales.service.service,
    call_center.service.service,
    feedback.service.service,
)
_SETTINGS = "one's own settings; what they find is exported"
NOT_EXPORTED = {
    "/v1/customers/saved-searches": _SETTINGS,
    "/v1/sales/saved-searches": _SETTINGS,
    "/v1/aftersales/saved-searches": _SETTINGS,
    "/v1/call-center/saved-searches": _SETTINGS,
    "/v1/feedback/saved-searches": _SETTINGS,
}
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_list_is_exported_or_said_not_to_be(service: Service) -> None:
    found = {one.path: one.is_exported for one in lists_of(service)}
    assert found
    assert {path for path, is_exported in found.items() if not is_exported} == found.keys() & NOT_EXPORTED.keys()


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_columns_are_headed_in_chinese(service: Service) -> None:
    headed = [(one.path, column.zh) for one in lists_of(service) if one.is_exported for column in columns_of(one.view)]
    assert headed
    assert [heading for heading in headed if not _CHINESE.search(heading[1])] == []
