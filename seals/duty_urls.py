from __future__ import annotations

from django.urls import path

from seals import barrier_views, duty_views, handover_views, home_lodging, lodging_views, stay_views

app_name = "duty"
DUTY = "c/<slug:compound>/duty"
GUESTS, STAYS, OFFERS = f"{DUTY}/guests", f"{DUTY}/stays", f"{DUTY}/offers"
BARRIERS, HANDOVERS = f"{DUTY}/barriers", f"{DUTY}/handovers"
urlpatterns = [
    path(f"{DUTY}/", duty_views.hub, name="hub"),
    path(f"{DUTY}/tasks/<int:duty>/", duty_views.task, name="task"),
    path(f"{DUTY}/lodging/", lodging_views.lodging, name="lodging"),
    path(f"{GUESTS}/new/", lodging_views.guest_new, name="guest-new"),
    path(f"{GUESTS}/<int:guest>/", lodging_views.guest, name="guest"),
    path(f"{GUESTS}/<int:guest>/edit/", lodging_views.guest_edit, name="guest-edit"),
    path(f"{GUESTS}/<int:guest>/phone/", lodging_views.guest_phone, name="guest-phone"),
    path(f"{GUESTS}/<int:guest>/gone/", lodging_views.guest_leave, name="guest-gone"),
    path(f"{GUESTS}/<int:guest>/stays/", stay_views.stay_propose, name="stay-propose"),
    path(f"{STAYS}/<int:stay>/answer/", stay_views.stay_answer, name="stay-answer"),
    path(f"{STAYS}/<int:stay>/move-in/", stay_views.stay_move_in, name="stay-move-in"),
    path(f"{STAYS}/<int:stay>/end/", stay_views.stay_end, name="stay-end"),
    path(f"{OFFERS}/new/", stay_views.offer_new, name="offer-new"),
    path(f"{OFFERS}/<int:offer>/withdraw/", stay_views.offer_withdraw, name="offer-withdraw"),
    path(f"{BARRIERS}/", barrier_views.barrier_list, name="barrier-list"),
    path(f"{BARRIERS}/new/", barrier_views.barrier_new, name="barrier-new"),
    path(f"{BARRIERS}/sheet/", barrier_views.barrier_sheet, name="barrier-sheet"),
    path(f"{BARRIERS}/<int:barrier>/", barrier_views.barrier, name="barrier"),
    path(f"{BARRIERS}/<int:barrier>/edit/", barrier_views.barrier_edit, name="barrier-edit"),
    path(f"{BARRIERS}/<int:barrier>/remove/", barrier_views.barrier_remove, name="barrier-remove"),
    path(f"{HANDOVERS}/", handover_views.handover_list, name="handover-list"),
    path(f"{HANDOVERS}/open/", handover_views.handover_open, name="handover-open"),
    path(f"{HANDOVERS}/shifts/", handover_views.shifts, name="shifts"),
    path(f"{HANDOVERS}/<int:handover>/", handover_views.handover, name="handover"),
    path(f"{HANDOVERS}/<int:handover>/words/", handover_views.handover_word, name="handover-word"),
    path(f"{HANDOVERS}/<int:handover>/hand/", handover_views.handover_hand, name="handover-hand"),
    path(f"{HANDOVERS}/<int:handover>/say/", handover_views.handover_say, name="handover-say"),
    path(f"{HANDOVERS}/<int:handover>/take/", handover_views.handover_take, name="handover-take"),
    path(f"{HANDOVERS}/<int:handover>/sheet/", handover_views.sheet, name="handover-sheet"),
    path("home/lodging/", home_lodging.lodging, name="home-lodging"),
    path("home/lodging/stays/<int:stay>/", home_lodging.stay_answer, name="home-stay"),
    path("home/lodging/offers/<int:offer>/", home_lodging.offer_withdraw, name="home-offer"),
]
