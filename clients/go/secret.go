package flinksgateway

// What keeps secrets out of whatever prints them.

import (
	"fmt"
	"io"
	"reflect"
)

const redacted = "[redacted]"

// Secret holds a value that nothing prints: package fmt under any verb, log/slog, encoding/json and its like show
// [redacted], also where the Secret is an unexported field of another struct, for which fmt and debug printers that
// follow pointers do not ask the value how it wants to be shown. [Secret.Reveal] gives the value.
//
// It is not comparable with == nor with [reflect.DeepEqual]: use [Secret.Equal], as go-cmp does by itself. It cannot be
// read back from JSON, so that [redacted] is never taken for a password. The zero Secret holds the zero value.
type Secret[T any] struct {
	// A function, because no printer looks into one.
	reveal func() T
}

// NewSecret hides a value. A slice or map is not copied.
func NewSecret[T any](value T) Secret[T] {
	return Secret[T]{func() T { return value }}
}

// Reveal gives the value. Whatever prints it from here on shows it.
func (s Secret[T]) Reveal() T {
	if s.reveal == nil {
		var zero T
		return zero
	}
	return s.reveal()
}

// Equal reports whether both hold the same value.
func (s Secret[T]) Equal(other Secret[T]) bool {
	return reflect.DeepEqual(s.Reveal(), other.Reveal())
}

// String is [redacted].
func (s Secret[T]) String() string { return redacted }

// Format writes [redacted] for every verb.
func (s Secret[T]) Format(to fmt.State, _ rune) { _, _ = io.WriteString(to, redacted) }

// MarshalText writes [redacted], for JSON, XML, YAML and whatever else asks for a text.
func (s Secret[T]) MarshalText() ([]byte, error) { return []byte(redacted), nil }
