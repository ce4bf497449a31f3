"""What the reports (月报表、旬报表) of sales tell: leads, test drives, quotes, orders, deliveries."""

from isthmus.reports import Counted, Ratio, reports_router
from sales.access import SALES
from sales.deliveries import Delivery
from sales.lead_table import Lead
from sales.orders import Order
from sales.quote_table import Quote
from sales.test_drive_table import TestDrive

_STANDS = Order.status != "cancelled"
FIGURES = (
    Counted(code="leads", en="New leads", zh="新增线索", table=Lead, at=Lead.created_at),
    Counted(
        code="leads_won",
        en="Of these converted",
        zh="其中成交",
        table=Lead,
        at=Lead.created_at,
        where=Lead.status == "converted",
    ),
    Counted(code="leads_lost", en="Leads lost", zh="战败线索", table=Lead, at=Lead.lost_at),
    Ratio(
        code="conversion", en="Converted, thousandths", zh="线索转化率(‰)", numerator="leads_won", denominator="leads"
    ),
    Counted(
        code="test_drives",
        en="Test drives that took place",
        zh="试驾",
        table=TestDrive,
        at=TestDrive.scheduled_at,
        where=TestDrive.status == "completed",
    ),
    Counted(
        code="no_shows",
        en="Test drives to which nobody came",
        zh="试驾爽约",
        table=TestDrive,
        at=TestDrive.scheduled_at,
        where=TestDrive.status == "no_show",
    ),
    Counted(code="quotes", en="Quotes", zh="报价", table=Quote, at=Quote.created_at, where=Quote.status != "draft"),
    Counted(code="orders", en="Orders that stand", zh="订单", table=Order, at=Order.created_at, where=_STANDS),
    Counted(
        code="orders_cancelled", en="Orders cancelled", zh="退订", table=Order, at=Order.created_at, where=~_STANDS
    ),
    Counted(
        code="order_amount",
        en="Amount of orders",
        zh="订单金额",
        table=Order,
        at=Order.created_at,
        where=_STANDS,
        money=Order.total,
    ),
    Counted(code="deliveries", en="Vehicles handed over", zh="交车", table=Delivery, at=Delivery.delivered_at),
    Counted(
        code="delivery_amount",
        en="Price of vehicles handed over",
        zh="交车金额",
        table=Delivery,
        at=Delivery.delivered_at,
        money=Delivery.price,
    ),
)
router = reports_router(SALES, FIGURES)
