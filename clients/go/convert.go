package flinksgateway

// What the conversions to and from the stubs' messages share.

import (
	"math"
	"time"

	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

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

func newTime(message *timestamppb.Timestamp) time.Time {
	if message == nil {
		return time.Time{}
	}
	return message.AsTime()
}

// newObject makes a JSON object of a message, as [encoding/json] would read it.
func newObject(message *structpb.Struct) map[string]any {
	if message == nil {
		return nil
	}
	return message.AsMap()
}

// narrow makes -1 of what does not fit. The gateway refuses that, where the rest of a larger number could be another
// picture.
func narrow(value int) int32 {
	if value < math.MinInt32 || value > math.MaxInt32 {
		return -1
	}
	return int32(value)
}
