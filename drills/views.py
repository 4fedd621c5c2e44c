from django.http import HttpResponse
drill_list = drill_start = drill = drill_live = drill_end = situation = scorecard_sheet = None
def v(request, **k): return HttpResponse()
drill_list = drill_start = drill = drill_live = drill_end = situation = scorecard_sheet = v
