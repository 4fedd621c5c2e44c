from __future__ import annotations

from django.urls import URLPattern, path

from households.views import (
    accesses,
    doors,
    files,
    imports,
    labels,
    members,
    reaching,
    sheets,
    sweep_offline,
    sweeps,
)

app_name = "households"
ROOM = "c/<slug:compound>/households/"
urlpatterns: list[URLPattern] = [
    path(ROOM, files.household_index, name="list"),
    path(f"{ROOM}<int:household>/", files.file_page, name="file"),
    path(f"{ROOM}<int:household>/members/new/", members.member_new, name="member-new"),
    path(f"{ROOM}<int:household>/phones/", members.phone_add, name="phone-add"),
    path(f"{ROOM}<int:household>/marks/", members.flag_set, name="flag-set"),
    path(f"{ROOM}<int:household>/relatives/", members.relative_add, name="relative-add"),
    path(f"{ROOM}<int:household>/note/", members.note_set, name="note-set"),
    path(f"{ROOM}members/<int:resident>/", members.member_edit, name="member-edit"),
    path(f"{ROOM}members/<int:resident>/presence/", members.presence_set, name="presence-set"),
    path(f"{ROOM}members/<int:resident>/leave/", members.member_leave, name="member-leave"),
    path(f"{ROOM}phones/<int:phone>/reveal/", members.phone_reveal, name="phone-reveal"),
    path(
        f"{ROOM}relatives/<int:relative>/reveal/", members.relative_reveal, name="relative-reveal"
    ),
    path(f"{ROOM}marks/<int:flag>/end/", members.flag_end, name="flag-end"),
    path(f"{ROOM}imports/new/", imports.import_new, name="import-new"),
    path(f"{ROOM}imports/template/", imports.import_template, name="import-template"),
    path(f"{ROOM}imports/<int:batch>/", imports.import_preview, name="import-preview"),
    path(f"{ROOM}imports/<int:batch>/confirm/", imports.import_confirm, name="import-confirm"),
    path(f"{ROOM}imports/<int:batch>/undo/", imports.import_undo, name="import-undo"),
    path(f"{ROOM}imports/<int:batch>/doors/", imports.import_doors, name="import-doors"),
    path(f"{ROOM}imports/<int:batch>/rejects/", imports.import_rejects, name="import-rejects"),
    path("c/<slug:compound>/sweeps/<int:sweep>/", sweeps.sweep_page, name="sweep"),
    path("c/<slug:compound>/verifications/<int:verification>/", sweeps.verify_door, name="verify"),
    path("c/<slug:compound>/labels/", labels.labels, name="labels"),
    path("c/<slug:compound>/access/", accesses.access_list, name="access-list"),
    path("c/<slug:compound>/access/<int:access>/", accesses.access_decide, name="access-decide"),
    path("s/<str:code>/", doors.door, name="door"),
    path("home/welcome/", doors.welcome, name="welcome"),
    path("home/waiting/", doors.waiting, name="waiting"),
    path("home/leave/", doors.leave, name="leave"),
    path("c/<slug:compound>/sweeps/<int:sweep>/undo/", sweeps.tap_undo, name="sweep-undo"),
    path(
        "c/<slug:compound>/sweeps/<int:sweep>/doors/", sweep_offline.sweep_doors, name="sweep-doors"
    ),
    path("c/<slug:compound>/sweeps/<int:sweep>/log/", sweep_offline.sweep_log, name="sweep-log"),
    path(
        "c/<slug:compound>/verifications/<int:verification>/people/",
        sweeps.person_say,
        name="sweep-person",
    ),
    path(
        "c/<slug:compound>/verifications/<int:verification>/reach/",
        reaching.sweep_reach,
        name="sweep-reach",
    ),
    path("sweep-worker.js", sweep_offline.sweep_worker, name="sweep-worker"),
    path("c/<slug:compound>/sweeps/<int:sweep>/sheets/", sheets.sheet_new, name="sheet-new"),
    path("c/<slug:compound>/sheets/", sheets.sheet_list, name="sheet-list"),
    path("c/<slug:compound>/sheets/<int:sheet>/", sheets.sheet_type, name="sheet-type"),
    path("c/<slug:compound>/sheets/<int:sheet>/paper/", sheets.sheet_paper, name="sheet-paper"),
]
