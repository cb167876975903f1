{{/* A name that a Service may have, short enough for what is put behind it. A Service's begins with a letter. */}}
{{- define "flinks-gateway.name" -}}
{{- $release := .Release.Name | replace "." "-" -}}
{{- $name := .Values.nameOverride -}}
{{- if not $name -}}
{{- if contains "flinks-gateway" $release -}}{{- $name = $release -}}
{{- else if regexMatch "^[0-9]" $release -}}{{- $name = printf "flinks-gateway-%s" $release -}}
{{- else -}}{{- $name = printf "%s-flinks-gateway" $release -}}
{{- end -}}
{{- end -}}
{{- if regexMatch "^[0-9]" $name -}}{{- $name = printf "gateway-%s" $name -}}{{- end -}}
{{- $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "flinks-gateway.selector" -}}
app.kubernetes.io/name: flinks-gateway
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "flinks-gateway.labels" -}}
{{ include "flinks-gateway.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
{{- end -}}

{{- define "flinks-gateway.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "flinks-gateway.name" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{/* The whole seconds that cover a setting's time: list of its name and text. */}}
{{- define "flinks-gateway.seconds" -}}
{{- $name := index . 0 -}}
{{- $text := index . 1 | toString | trim -}}
{{- $unit := "(h|hrs?|hours?|ms|msecs?|millis?|milliseconds?|m|mins?|minutes?|s|secs?|seconds?)" -}}
{{- $rule := printf "settings.%s: must be a time such as 500ms, 30s, 4m or 1h30m, of at most 24h: the pods' grace period is reckoned with it" $name -}}
{{- $plain := $text | lower -}}
{{- if hasPrefix "pt" $plain -}}{{- $plain = trimPrefix "pt" $plain -}}{{- end -}}
{{- if not (regexMatch (printf "^([0-9]{1,9}([.,][0-9]{1,9})? *%s *,? *)+$" $unit) $plain) -}}{{- fail $rule -}}{{- end -}}
{{- $seconds := 0.0 -}}
{{- range regexFindAll (printf "[0-9]+([.,][0-9]+)? *%s" $unit) $plain -1 -}}
{{- $number := regexFind "^[0-9]+([.,][0-9]+)?" . | replace "," "." | float64 -}}
{{- $unit := regexFind "[a-z]+$" . -}}
{{- if hasPrefix "h" $unit -}}{{- $seconds = addf $seconds (mulf $number 3600) -}}
{{- else if or (hasPrefix "ms" $unit) (hasPrefix "milli" $unit) -}}{{- $seconds = addf $seconds (divf $number 1000) -}}
{{- else if hasPrefix "m" $unit -}}{{- $seconds = addf $seconds (mulf $number 60) -}}
{{- else -}}{{- $seconds = addf $seconds $number -}}
{{- end -}}
{{- end -}}
{{- if gt $seconds 86400.0 -}}{{- fail $rule -}}{{- end -}}
{{- $seconds | ceil | int64 -}}
{{- end -}}

{{/* Where things are mounted. */}}
{{- define "flinks-gateway.secretsPath" -}}/run/secrets/flinks-gateway{{- end -}}

{{/* A text as TOML: JSON's escapes are TOML's as well. */}}
{{- define "flinks-gateway.text" -}}
{{- toString . | toJson -}}
{{- end -}}

{{/* A value as TOML. Helm reads whole numbers of a file as fractions, and YAML's off as false. */}}
{{- define "flinks-gateway.toml" -}}
{{- if kindIs "slice" . -}}
[{{- range $place, $item := . }}{{ if $place }}, {{ end }}{{ include "flinks-gateway.toml" $item }}{{ end -}}]
{{- else if kindIs "bool" . -}}{{ ternary "true" "off" . | quote }}
{{- else if kindIs "float64" . -}}
{{- if eq (floor .) . -}}{{ int64 . }}{{- else -}}{{ toString . | quote }}{{- end -}}
{{- else if kindIs "string" . -}}{{ include "flinks-gateway.text" . }}
{{- else -}}{{ toString . }}
{{- end -}}
{{- end -}}

{{- define "flinks-gateway.callers" -}}
{{- range $name, $caller := .Values.callers.named }}
[{{ $name }}]
{{- range $key, $value := $caller }}
{{- if not (kindIs "invalid" $value) }}
{{ $key }} = {{ include "flinks-gateway.toml" $value }}
{{- end }}
{{- end }}
{{ end }}
{{- end -}}

{{- define "flinks-gateway.config" -}}
listen = "0.0.0.0:50051"
admin_listen = "0.0.0.0:9464"
{{- range $name, $value := .Values.settings }}
{{- if not (kindIs "invalid" $value) }}
{{ $name }} = {{ include "flinks-gateway.toml" $value }}
{{- end }}
{{- end }}
{{- if and (include "flinks-gateway.hasSecrets" .) .Values.secrets.continuationKeys }}
continuation_keys_file = {{ printf "%s/%s" (include "flinks-gateway.secretsPath" .) .Values.secrets.continuationKeys | quote }}
{{- end }}
{{- if .Values.tls.secretName }}
tls_certificate_file = "/run/secrets/tls/tls.crt"
tls_private_key_file = "/run/secrets/tls/tls.key"
{{- end }}
{{- if .Values.tls.clientCa.secretName }}
tls_client_ca_file = {{ printf "/run/secrets/client-ca/%s" .Values.tls.clientCa.key | quote }}
{{- end }}
{{- if .Values.callers.anyone }}
callers = "anyone"
{{- else }}
callers_file = "/etc/flinks-gateway/callers.toml"
{{- end }}
{{- range $name, $instance := .Values.instances }}

[instances.{{ $name }}]
upstream_url = {{ include "flinks-gateway.text" $instance.upstream_url }}
customer_id = {{ include "flinks-gateway.text" $instance.customer_id }}
{{- if $instance.secretKey }}
secret_key_file = {{ printf "%s/%s" (include "flinks-gateway.secretsPath" $) $instance.secretKey | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "flinks-gateway.hasSecrets" -}}
{{- if or .Values.secrets.name .Values.secrets.volume }}true{{ end -}}
{{- end -}}

{{/* A URL's port. */}}
{{- define "flinks-gateway.port" -}}
{{- $url := urlParse . -}}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
{{- $port | default (ternary "443" "80" (eq $url.scheme "https")) -}}
{{- end -}}

{{/* What no schema can say, told by value and rule. */}}
{{- define "flinks-gateway.checks" -}}
{{- $values := .Values -}}
{{- if not $values.instances -}}
{{- fail "instances: must have at least one, such as default, with upstream_url and customer_id" -}}
{{- end -}}
{{- if and $values.secrets.name $values.secrets.volume -}}
{{- fail "secrets: must have name or volume, not both" -}}
{{- end -}}
{{- $hasSecrets := include "flinks-gateway.hasSecrets" . -}}
{{- range $name, $instance := $values.instances -}}
{{- if not (regexMatch "^[a-z0-9-]{1,32}$" $name) -}}
{{- fail (printf "instances: %s must be named with at most 32 lower-case letters, digits and dashes" (toJson $name)) -}}
{{- end -}}
{{- if has $name (list "true" "false") -}}
{{- fail (printf "instances: a name must not be %s, which is how YAML reads yes, no, on and off without quotes" $name) -}}
{{- end -}}
{{- if and $instance.secretKey (not $hasSecrets) -}}
{{- fail (printf "secrets.name: must be set to the Secret that holds %s, which instances.%s.secretKey names" $instance.secretKey $name) -}}
{{- end -}}
{{- end -}}
{{- $most := $values.replicaCount -}}
{{- if $values.autoscaling.enabled -}}{{- $most = $values.autoscaling.maxReplicas -}}{{- end -}}
{{- if and (gt (int64 $most) 1) (not (and $hasSecrets $values.secrets.continuationKeys)) -}}
{{- fail "secrets.name and secrets.continuationKeys: must be set where there is more than one replica, for answers to go to any of them; openssl rand -base64 32 makes a key" -}}
{{- end -}}
{{- if and $values.callers.anyone $values.callers.named -}}
{{- fail "callers: must have anyone or named, not both" -}}
{{- end -}}
{{- if not (or $values.callers.anyone $values.callers.named) -}}
{{- fail "callers: must have named, with a table for each caller, or anyone: true, where a mesh authenticates" -}}
{{- end -}}
{{- range $caller, $table := $values.callers.named -}}
{{- if or (not (regexMatch "^[a-z0-9-]{1,64}$" $caller)) (eq $caller "anyone") -}}
{{- fail (printf "callers.named: %s must be named with at most 64 lower-case letters, digits and dashes, and not anyone" (toJson $caller)) -}}
{{- end -}}
{{- if has $caller (list "true" "false") -}}
{{- fail (printf "callers.named: a name must not be %s, which is how YAML reads yes, no, on and off without quotes" $caller) -}}
{{- end -}}
{{- if not (or $table.certificates $table.key_sha256) -}}
{{- fail (printf "callers.named.%s: must have certificates or key_sha256, for the caller to be known" $caller) -}}
{{- end -}}
{{- if and $table.certificates (not $table.key_sha256) (not $values.tls.clientCa.secretName) -}}
{{- fail (printf "callers.named.%s.certificates: needs tls.clientCa.secretName, or no client certificate is asked for" $caller) -}}
{{- end -}}
{{- range $table.instances -}}
{{- if not (hasKey $values.instances .) -}}
{{- fail (printf "callers.named.%s.instances: must be configured instances; %s is not one of %s" $caller . (keys $values.instances | sortAlpha | join ", ")) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $values.tls.clientCa.secretName (not $values.tls.secretName) -}}
{{- fail "tls.clientCa.secretName: needs tls.secretName, since client certificates come with TLS" -}}
{{- end -}}
{{- if and $values.settings.tls_client_auth (not $values.tls.clientCa.secretName) -}}
{{- fail "settings.tls_client_auth: needs tls.clientCa.secretName" -}}
{{- end -}}
{{- if and (eq $values.probes.readiness "grpc") $values.tls.secretName -}}
{{- fail "probes.readiness: must not be grpc beside tls.secretName: Kubernetes' gRPC probes speak no TLS" -}}
{{- end -}}
{{- if $values.autoscaling.enabled -}}
{{- if gt (int64 $values.autoscaling.minReplicas) (int64 $values.autoscaling.maxReplicas) -}}
{{- fail "autoscaling.minReplicas: must be at most autoscaling.maxReplicas" -}}
{{- end -}}
{{- if not (dig "requests" "cpu" "" ($values.resources | default dict)) -}}
{{- fail "resources.requests.cpu: must be set with autoscaling, which measures by it" -}}
{{- end -}}
{{- end -}}
{{- range $annotation, $_ := $values.service.annotations -}}
{{- if hasPrefix "retry.linkerd.io/" $annotation -}}
{{- fail (printf "service.annotations: must not have %s, by which sign-ins would be repeated as well: annotate the route of CachedAuthorize" $annotation) -}}
{{- end -}}
{{- end -}}
{{- range $label, $_ := $values.podLabels -}}
{{- if or (eq $label "app.kubernetes.io/name") (eq $label "app.kubernetes.io/instance") -}}
{{- fail (printf "podLabels: must not have %s, by which the chart finds its pods" $label) -}}
{{- end -}}
{{- end -}}
{{- end -}}
