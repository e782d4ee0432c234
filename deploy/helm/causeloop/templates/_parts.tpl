{{- define "causeloop.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "causeloop.labels" -}}
app.kubernetes.io/name: causeloop
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Nothing of the machine: an ordinary user, no rights, no files of the image to change. */}}
{{- define "causeloop.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "causeloop.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* Settings that are no secrets; call with (list root process). */}}
{{- define "causeloop.environment" -}}
{{- $root := index . 0 -}}
{{- if index . 1 }}
- {name: CAUSELOOP_PROCESS, value: {{ index . 1 }}}
{{- end }}
- {name: CAUSELOOP_PUBLIC_URL, value: {{ $root.Values.publicUrl | quote }}}
- {name: CAUSELOOP_IMAGE, value: {{ include "causeloop.image" $root | quote }}}
- name: CAUSELOOP_KUBERNETES_NAMESPACE
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
{{- range $name, $value := $root.Values.settings }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}
