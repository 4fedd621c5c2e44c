from __future__ import annotations

from django.urls import path

from notices.views import home, notice, reach, sheet

app_name = "notices"
_BASE = "c/<slug:compound>/notices/"
urlpatterns = [
    path(_BASE, notice.notice_list, name="list"),
    path(f"{_BASE}new/", notice.notice_new, name="new"),
    path(f"{_BASE}count/", notice.notice_count, name="count"),
    path(f"{_BASE}reach/", reach.reach, name="reach"),
    path(f"{_BASE}<int:notice>/", notice.notice_page, name="notice"),
    path(f"{_BASE}<int:notice>/poster/", notice.notice_poster, name="poster"),
    path(f"{_BASE}<int:notice>/withdraw/", notice.notice_withdraw, name="withdraw"),
    path(f"{_BASE}receipts/<int:receipt>/told/", reach.receipt_told, name="told"),
    path(f"{_BASE}receipts/<int:receipt>/no-answer/", reach.receipt_no_answer, name="no-answer"),
    path(f"{_BASE}receipts/<int:receipt>/assign/", reach.receipt_assign, name="receipt-assign"),
    path(f"{_BASE}receipts/<int:receipt>/phones/", reach.receipt_phones, name="phones"),
    path("home/notices/<int:notice>/acknowledge/", home.home_acknowledge, name="acknowledge"),
    path("home/notices/<int:notice>/passed-on/", home.home_pass_on, name="pass-on"),
    path(f"{_BASE}<int:notice>/sheet/", sheet.sheet_new, name="sheet-new"),
]
