"""The customer record (客户源记录): the full state of a party as one source knows it, in the source's own writing.

The structure is checked, the values are not: standardising them is customer-master's work, so nearly every value is a
text that may hold anything. Numbers sent for texts become texts. Fields nobody here knows are kept as they came.
"""

from typing import Annotated, Any, ClassVar, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, StringConstraints
from pydantic_core import core_schema
from typing_extensions import TypeAliasType

from isthmus.contracts.envelope import EventData
from isthmus.contracts.fields import NO_NUL, Count, Instant, LongText, RecordId, Source, Text

MAX_RECORD_BYTES = 512 * 1024
"""A record's JSON must fit with room to spare into one Kafka message; whoever accepts records checks this first."""

ExtraName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=NO_NUL)]


class OneError:
    """Makes a union answer one plain error instead of one for each of its members."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """The union's schema with the message set."""
        schema = handler(source)
        union = cast("core_schema.UnionSchema", schema["schema"] if schema["type"] == "nullable" else schema)
        union["custom_error_type"] = "extra_value"
        union["custom_error_message"] = "Input should be a JSON value without NUL, within the limits of length"
        return schema


SafeInt = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
"""What every JSON library holds exactly; a larger number sent without quotes is kept as a floating-point one."""

ExtraValue = TypeAliasType(
    "ExtraValue",
    Annotated[
        "LongText | bool | SafeInt | float | ExtraList | ExtraObject | None",
        OneError(),
    ],
)
"""Any JSON value without NUL and endless lists."""
ExtraList = Annotated[list[ExtraValue], Field(max_length=1000)]
ExtraObject = Annotated[dict[ExtraName, ExtraValue], Field(max_length=200)]

Item = TypeVar("Item")
Few = Annotated[list[Item], Field(max_length=100)]
Many = Annotated[list[Item], Field(max_length=1000)]

LENIENT = ConfigDict(
    frozen=True, extra="allow", coerce_numbers_to_str=True, allow_inf_nan=False, serialize_by_alias=True
)


class RecordKey(BaseModel):
    """Names one source record everywhere: the source system and its own number there."""

    model_config = ConfigDict(frozen=True)

    source: Source = Field(
        description="Source system (来源系统), `<org unit>:<system>`.", examples=["dealer:D0001:dms"]
    )
    record_id: RecordId = Field(description="The source's own number of the record (来源记录号).", examples=["C-1001"])

    def __str__(self) -> str:
        """`source/record_id`: the Kafka key; a source has no slash, so the first one divides the two."""
        return f"{self.source}/{self.record_id}"

    @classmethod
    def from_text(cls, text: str) -> "RecordKey":
        """Read back what `str(key)` wrote; raises pydantic's ValidationError when it is no key."""
        source, _, record_id = text.partition("/")
        return cls(source=source, record_id=record_id)


class LenientPart(BaseModel):
    """Base of the parts of a record: unknown fields are kept, within limits."""

    model_config = LENIENT
    __pydantic_extra__: dict[ExtraName, ExtraValue] = Field(init=False)


class PartyName(LenientPart):
    """Name (姓名/名称) of a person or an organisation; whichever parts the source has."""

    full: Text | None = Field(None, description="Whole name as written (全名).", examples=["欧阳靖宇"])
    family: Text | None = Field(None, description="Family name (姓).")
    given: Text | None = Field(None, description="Given name (名).")
    organization: Text | None = Field(None, description="Name of the organisation (单位名称).")


class LunarDate(LenientPart):
    """Birthday in the Chinese calendar (农历生日)."""

    month: SafeInt | Text | None = Field(None, description="Lunar month (农历月).", examples=[4])
    day: SafeInt | Text | None = Field(None, description="Day of the lunar month (农历日).", examples=[7])
    leap: bool | Text | None = Field(None, description="Whether the month is a leap month (闰月).")


class Identifier(LenientPart):
    """A number that names the party somewhere (证件/标识)."""

    type: Text | None = Field(
        None,
        description="Kind of identifier (证件类型); unknown kinds are kept.",
        json_schema_extra={
            "x-known-values": [
                "cn_resident_id",
                "cn_uscc",
                "dms_customer_no",
                "driver_licence",
                "passport",
                "ssn",
                "wechat_unionid",
            ]
        },
    )
    issuer: Text | None = Field(None, description="Who gave the number (签发机构).")
    value: Text | None = Field(None, description="The number as written (号码).")


class Phone(LenientPart):
    """A telephone number (电话)."""

    value: Text | None = Field(None, description="The number as written (号码).", examples=["138 0013 8000"])
    type: Text | None = Field(None, description="Kind (电话类型): mobile, home, work, fax ….", examples=["mobile"])


class Email(LenientPart):
    """An e-mail address (电子邮件)."""

    value: Text | None = Field(None, description="The address as written.", examples=["jingyu@example.com"])
    type: Text | None = Field(None, description="Kind: private, work ….")


class Address(LenientPart):
    """A postal address (地址), whole or in parts."""

    full: Text | None = Field(None, description="Whole address as written (详细地址).")
    country: Text | None = Field(None, description="Country (国家).", examples=["CN"])
    region: Text | None = Field(None, description="Province or state (省/自治区/直辖市).")
    city: Text | None = Field(None, description="City or prefecture (市).")
    district: Text | None = Field(None, description="District or county (区县).")
    street: Text | None = Field(None, description="Street and number (街道门牌).")
    postal_code: Text | None = Field(None, description="Postal code (邮政编码).")
    type: Text | None = Field(None, description="Kind (地址类型): home, work, delivery ….", examples=["home"])


class OwnedVehicle(LenientPart):
    """A vehicle and what the party is to it, for a time (车辆关系)."""

    vin: Text | None = Field(None, description="Vehicle identification number (车架号).")
    plate: Text | None = Field(None, description="Number plate (车牌号).")
    role: Text | None = Field(None, description="owner (车主), driver (驾驶人), payer (付款人) or contact (联系人).")
    from_: Text | None = Field(None, alias="from", description="Since when (起始日期).")
    to: Text | None = Field(None, description="Until when; empty while it lasts (结束日期).")


class Consent(LenientPart):
    """What the party allowed or refused (同意/撤回)."""

    purpose: Text | None = Field(None, description="Purpose of use (处理目的).", examples=["marketing"])
    channel: Text | None = Field(None, description="Channel (渠道): sms, phone, email, wechat ….", examples=["sms"])
    status: Text | None = Field(None, description="granted (同意) or withdrawn (撤回).", examples=["withdrawn"])
    at: Text | None = Field(None, description="When it was said (时间).")
    evidence: LongText | None = Field(None, description="Where it is written down (凭证).")


class PartyBody(LenientPart):
    """A party (当事方) as a source writes it, without the key: the inline `customer` of the business APIs."""

    party_type: Text | None = Field(None, description="person (个人) or organization (单位).", examples=["person"])
    name: PartyName | None = Field(None, description="Name (姓名/名称).")
    gender: Text | None = Field(None, description="Gender as written (性别): male, 女, 先生 ….")
    birth_date: Text | None = Field(
        None, description="Birth date, whole or partial (出生日期).", examples=["1987-05-04"]
    )
    birth_date_lunar: LunarDate | None = Field(None, description="Birthday in the Chinese calendar (农历生日).")
    identifiers: Few[Identifier] | None = Field(None, description="Identity documents and other numbers (证件/标识).")
    phones: Few[Phone] | None = Field(None, description="Telephone numbers (电话).")
    emails: Few[Email] | None = Field(None, description="E-mail addresses (电子邮件).")
    addresses: Few[Address] | None = Field(None, description="Addresses (地址).")
    vehicles: Many[OwnedVehicle] | None = Field(None, description="Vehicles and roles (车辆).")
    consents: Few[Consent] | None = Field(None, description="Consents and refusals (同意/撤回).")
    attributes: ExtraObject | None = Field(
        None, description="Whatever else the source knows (其他属性): occupation, income_band …."
    )


class CustomerRecord(PartyBody, EventData):
    """A customer record (客户源记录): body of the PUT, line of the NDJSON, data of the event."""

    model_config = LENIENT
    event_type: ClassVar[str] = "isthmus.customer-records.customer-record-changed.v1"
    event_key: ClassVar[str] = "key"

    source: Source = Field(
        description="Source system (来源系统), `<org unit>:<system>`.", examples=["dealer:D0001:dms"]
    )
    record_id: RecordId = Field(description="The source's own number of the record (来源记录号).", examples=["C-1001"])
    version: Count | None = Field(None, description="The source's own counter (版本); it alone orders when present.")
    observed_at: Instant | None = Field(None, description="When the source saw this state (观测时间); orders next.")
    deleted: bool = Field(default=False, description="The source has deleted the record (已删除).")

    @property
    def key(self) -> RecordKey:
        """The record's key."""
        return RecordKey(source=self.source, record_id=self.record_id)

    def to_bytes(self) -> bytes:
        """The record as JSON, only what the source said (a field it left out stays out)."""
        return self.model_dump_json(exclude_unset=True).encode()

    def to_json(self) -> dict[str, Any]:
        """As `to_bytes`, as JSON values."""
        return self.model_dump(mode="json", exclude_unset=True)


CustomerRecordChanged = CustomerRecord
"""The fact is the record's new state, so its data is the record itself."""
