"""Rounds of buying together, and what becomes of each order, a file for each noun."""

from supplies.models.delivery import TAKE_IN, DeliveryRun, Stop, StopOutcome
from supplies.models.money import (
    Claim,
    ClaimKind,
    Decision,
    EntryKind,
    LedgerEntry,
    Payment,
    PaymentMethod,
    Settlement,
)
from supplies.models.orders import Order, OrderLine, OrderRequest, Via, WaitingRequest
from supplies.models.purchasing import Allocation, Arrival, Count, PurchaseOrder
from supplies.models.rounds import (
    BuyTemplate,
    FeeSplit,
    GroupBuy,
    GroupBuyQuerySet,
    OfferLine,
    ShortageRule,
)
from supplies.models.states import TRANSITIONS, BuyState
from supplies.models.stock import HandOut, HandOutDoor, MoveKind, StockItem, StockKind, StockMove
from supplies.models.suppliers import Supplier, SupplierFile

__all__ = [
    "TAKE_IN",
    "TRANSITIONS",
    "Allocation",
    "Arrival",
    "BuyState",
    "BuyTemplate",
    "Claim",
    "ClaimKind",
    "Count",
    "Decision",
    "DeliveryRun",
    "EntryKind",
    "FeeSplit",
    "GroupBuy",
    "GroupBuyQuerySet",
    "HandOut",
    "HandOutDoor",
    "LedgerEntry",
    "MoveKind",
    "OfferLine",
    "Order",
    "OrderLine",
    "OrderRequest",
    "Payment",
    "PaymentMethod",
    "PurchaseOrder",
    "Settlement",
    "ShortageRule",
    "StockItem",
    "StockKind",
    "StockMove",
    "Stop",
    "StopOutcome",
    "Supplier",
    "SupplierFile",
    "Via",
    "WaitingRequest",
]
