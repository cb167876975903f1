package flinksgateway

// What the conversions to and from the stubs' messages share.

import "math"

// from makes a value of a message; without one it is the zero value.
func from[M, T any](message *M, convert func(*M) T) (value T) {
	if message != nil {
		value = convert(message)
	}
	return value
}

// pointer makes a value of a message; without one it is nil.
func pointer[M, T any](message *M, convert func(*M) T) *T {
	if message == nil {
		return nil
	}
	value := convert(message)
	return &value
}

func each[M, T any](messages []M, convert func(M) T) []T {
	values := make([]T, 0, len(messages))
	for _, message := range messages {
		values = append(values, convert(message))
	}
	return values
}

// narrow makes -1 of what does not fit. The gateway refuses that, where the rest of a larger number could be another
// picture.
func narrow(value int) int32 {
	if value < math.MinInt32 || value > math.MaxInt32 {
		return -1
	}
	return int32(value)
}
