from __future__ import annotations

from django.urls import path

from supplies.views import claims, home_order, money, packing, ringing, runs, stock

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
    path(f"{_BASE}claims/", claims.claim_list, name="claim-list"),
    path(f"{_BASE}claims/<int:claim>/", claims.claim, name="claim"),
    path(f"{_BASE}claims/<int:claim>/photo/", claims.claim_photo, name="claim-photo"),
    path("home/claims/", claims.home_claims, name="home-claims"),
    path("home/claims/<int:number>/", claims.home_claim, name="home-claim"),
    path(f"{_BASE}money/", money.money, name="money"),
    path(f"{_BASE}<int:buy>/money/", money.round_accounts, name="accounts"),
    path(f"{_BASE}<int:buy>/money/sheet.xlsx", money.money_file, name="money-file"),
    path(f"{_BASE}<int:buy>/money/<int:household>/", money.payment, name="payment"),
    path(f"{_BASE}<int:buy>/money/<int:household>/correct/", money.correction, name="correction"),
    path(f"{_BASE}<int:buy>/settle/", money.settle, name="settle"),
    path(f"{_BASE}<int:buy>/closing/", money.closing, name="closing"),
    path(f"{_BASE}accounts/<int:household>/", money.household_account, name="household-account"),
    path("home/account/", money.home_account, name="home-account"),
    path(f"{_BASE}stock/", stock.stock, name="stock"),
    path(f"{_BASE}stock/<int:item>/", stock.stock_item, name="stock-item"),
    path(f"{_BASE}stock/<int:item>/hand-out/", stock.hand_out_new, name="hand-out-new"),
    path(f"{_BASE}hand-outs/<int:hand_out>/", stock.hand_out, name="hand-out"),
    path(f"{_BASE}hand-outs/<int:hand_out>/print/", stock.hand_out_print, name="hand-out-print"),
    path(f"{_BASE}hand-outs/doors/<int:door>/given/", stock.hand_out_door, name="hand-out-door"),
]
