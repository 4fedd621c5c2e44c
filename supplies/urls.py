from __future__ import annotations

from django.urls import path

from supplies.views import home_order, packing, ringing, runs

app_name = "supplies"
_BASE = "c/<slug:compound>/buys/"
urlpatterns = [
    path("home/buys/<int:number>/order/", home_order.home_order, name="order"),
    # Packing, carrying, claims, money and stock.
    path(f"{_BASE}<int:buy>/packing/", packing.packing, name="packing"),
    path(f"{_BASE}<int:buy>/packing/print/", packing.packing_print, name="packing-print"),
    path(f"{_BASE}<int:buy>/packing/sheet.xlsx", packing.packing_file, name="packing-file"),
    path(f"{_BASE}<int:buy>/packing/bags/", packing.bags, name="bags"),
    path(f"{_BASE}<int:buy>/packing/start/", packing.delivery_start, name="delivery-start"),
    path(f"{_BASE}<int:buy>/labels/", packing.labels_page, name="labels"),
    path(f"{_BASE}runs/", runs.run_list, name="run-list"),
    path(f"{_BASE}runs/<int:run>/", runs.run_page, name="run"),
    path(f"{_BASE}runs/<int:run>/print/", runs.run_print, name="run-print"),
    path(f"{_BASE}runs/<int:run>/hand/", runs.run_hand, name="run-hand"),
    path(f"{_BASE}stops/<int:stop>/", runs.stop, name="stop"),
    path(f"{_BASE}stops/<int:stop>/undo/", runs.stop_undo, name="stop-undo"),
    path(f"{_BASE}stops/<int:stop>/taken/", runs.stop_taken, name="stop-taken"),
    path(f"{_BASE}stops/<int:stop>/photo/", runs.stop_photo, name="stop-photo"),
    path(f"{_BASE}stops/<int:stop>/ring/", ringing.ring, name="ring"),
    path(f"{_BASE}stops/<int:stop>/ring/number/", ringing.ring_number, name="ring-number"),
    path(f"{_BASE}stops/<int:stop>/ring/done/", ringing.rung, name="rung"),
]
