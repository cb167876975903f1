package main

// Every way that Go has to print a value.

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"text/template"

	flinksgateway "flinks-gateway.example/client"
)

// parts gives a value with all in it that has a type of its own.
func parts(value any) []any {
	found := []any{value}
	switch value := value.(type) {
	case *flinksgateway.Session:
		found = append(found, value.Tag)
		if value.Login != nil {
			found = append(found, value.Login, value.Login.LoginID, value.Login.Username)
		}
	case *flinksgateway.ChallengeRound:
		found = append(found, value.Continuation, value.Tag)
		for _, challenge := range value.Challenges[:min(len(value.Challenges), 20)] {
			found = append(found, challenge, challenge.Head(), challenge.Head().Prompt)
			if images, ok := challenge.(*flinksgateway.ImageSelection); ok {
				for _, image := range images.Images {
					found = append(found, image, &image, image.Content)
				}
			}
		}
	}
	return found
}

func printed(values ...any) []string {
	forms := []string{}
	for _, value := range values {
		forms = append(forms, formsOf(value)...)
		if pointer := reflect.ValueOf(value); pointer.Kind() == reflect.Pointer && !pointer.IsNil() {
			forms = append(forms, formsOf(pointer.Elem().Interface())...)
		}
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

func formsOf(value any) (forms []string) {
	// fmt asks a value how to show itself only where it may call its methods: not in unexported fields.
	inside := []any{value, []any{value}, map[string]any{"key": value}, struct{ Exported any }{value}, struct{ unexported any }{value}}
	for _, value := range inside {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%t", "%g", "%T", "%p"} {
			forms = append(forms, fmt.Sprintf(verb, value))
		}
		var out bytes.Buffer
		slog.New(slog.NewTextHandler(&out, nil)).Info("text", "value", value)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("json", "value", value)
		log.New(&out, "", 0).Println(value)
		forms = append(forms, out.String(), text(json.Marshal(value)))
		forms = append(forms, text(json.MarshalIndent(value, "", "  ")), text(xml.Marshal(value)))
		out.Reset()
		err := template.Must(template.New("").Parse("{{.}} {{printf \"%#v\" .}}")).Execute(&out, value)
		forms = append(forms, fmt.Sprintf("%q %v", out.String(), err))
		out.Reset()
		err = gob.NewEncoder(&out).Encode(value)
		forms = append(forms, fmt.Sprintf("%q %v", out.String(), err))
	}
	var out strings.Builder
	walk(&out, reflect.ValueOf(value), 0)
	return append(forms, out.String())
}

func text(encoded []byte, err error) string { return fmt.Sprintf("%s %v", encoded, err) }

// walk shows what debuggers and printers that ignore methods show: they follow pointers and read unexported fields.
func walk(out *strings.Builder, value reflect.Value, depth int) {
	if depth > 20 {
		return
	}
	switch value.Kind() {
	case reflect.Pointer, reflect.Interface:
		walk(out, value.Elem(), depth+1)
	case reflect.Struct:
		if !strings.HasPrefix(value.Type().PkgPath(), "flinks-gateway.example/") {
			return
		}
		for i := range value.NumField() {
			fmt.Fprintf(out, "%s: ", value.Type().Field(i).Name)
			walk(out, value.Field(i), depth+1)
		}
	case reflect.Slice, reflect.Array:
		if value.Type().Elem().Kind() == reflect.Uint8 {
			fmt.Fprintf(out, "%s ", value)
		}
		for i := range min(value.Len(), 100) {
			walk(out, value.Index(i), depth+1)
		}
	case reflect.Map:
		for _, key := range value.MapKeys() {
			walk(out, key, depth+1)
			walk(out, value.MapIndex(key), depth+1)
		}
	case reflect.Invalid:
	default:
		fmt.Fprintf(out, "%v ", value)
	}
}
