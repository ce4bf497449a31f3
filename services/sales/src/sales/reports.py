"""What the reports (月报表、旬报表) of sales tell: leads, test drives, quotes, orders, deliveries."""

from isthmus.reports import Counted, Ratio, Rows, reports_router
from sales.access import SALES
from sales.deliveries import Delivery
from sales.lead_table import Lead
from sales.orders import Order
from sales.quote_table import Quote
from sales.test_drive_table import TestDrive

_LEADS, _LOST = Rows(Lead, Lead.created_at), Rows(Lead, Lead.lost_at)
_DRIVES, _QUOTES = Rows(TestDrive, TestDrive.scheduled_at), Rows(Quote, Quote.created_at)
_ORDERS, _DELIVERIES = Rows(Order, Order.created_at), Rows(Delivery, Delivery.delivered_at)
_STANDS = Order.status != "cancelled"

FIGURES = (
    Counted("leads", "New leads", "新增线索", _LEADS),
    Counted("leads_won", "Of these converted", "其中成交", _LEADS, where=Lead.status == "converted"),
    Counted("leads_lost", "Leads lost", "战败线索", _LOST),
    Ratio("conversion", "Converted, thousandths", "线索转化率(‰)", numerator="leads_won", denominator="leads"),
    Counted("test_drives", "Test drives that took place", "试驾", _DRIVES, where=TestDrive.status == "completed"),
    Counted("no_shows", "Test drives to which nobody came", "试驾爽约", _DRIVES, where=TestDrive.status == "no_show"),
    Counted("quotes", "Quotes", "报价", _QUOTES, where=Quote.status != "draft"),
    Counted("orders", "Orders that stand", "订单", _ORDERS, where=_STANDS),
    Counted("orders_cancelled", "Orders cancelled", "退订", _ORDERS, where=~_STANDS),
    Counted("order_amount", "Amount of orders", "订单金额", _ORDERS, where=_STANDS, money=Order.total),
    Counted("deliveries", "Vehicles handed over", "交车", _DELIVERIES),
    Counted("delivery_amount", "Price of vehicles handed over", "交车金额", _DELIVERIES, money=Delivery.price),
)
router = reports_router(SALES, FIGURES)
