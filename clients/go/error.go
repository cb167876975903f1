package flinksgateway

// How a call fails.

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	gatewayv1 "flinks-gateway.example/client/flinks/gateway/v1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Only an ErrorInfo of this domain is the gateway's.
const domain = "flinks-gateway"

// GatewayError is a call that failed, for [errors.As]. Its Is… methods ask for one reason each.
//
// An error that the gateway did not make, but the gRPC library or something on the way, says no more than its code. It
// is read with care: unless the code says that the call was refused, nobody knows whether the bank took it.
//
// [errors.Is] finds [context.DeadlineExceeded] where a deadline passed, the caller's or the gateway's, and
// [context.Canceled] where the caller cancelled. [status.FromError] finds the gRPC status.
type GatewayError struct {
	// gRPC's status code.
	Code codes.Code
	// gRPC's status message: a fixed sentence, without anything of the request.
	Message string
	// Why the call failed. A reason newer than this package is unspecified, with its name beside it.
	Reason ErrorReason
	// The reason's name in the contract, such as ERROR_REASON_CREDENTIALS_REJECTED.
	ReasonName string
	// Who must do what. Unspecified when newer than this package; Metadata has its name.
	NextStep NextStep
	// Whether a program may repeat this very call, after RetryDelay.
	Retryable bool
	// How long to wait before that; nil when the gateway did not say.
	RetryDelay *time.Duration
	// Each field of the request that is at fault.
	FieldViolations []FieldViolation
	// Flinks' own code, such as INVALID_PASSWORD; empty when Flinks gave none.
	FlinksCode string
	// The status of Flinks' reply; 0 when there was none.
	HTTPStatus int
	// Flinks' name for the session; empty when it is not known.
	RequestID string
	// All that the gateway said, by name.
	Metadata map[string]string
	// Names the call's line in the gateway's log. Empty when no gateway answered.
	CallID string

	status *status.Status
	cause  error
}

// FieldViolation is a field of a request that breaks a rule.
type FieldViolation struct {
	// The field's path in the contract, such as credentials.password.
	Field string
	// How to keep the rule.
	Description string
	// The rule's name.
	Reason string
}

// Error is the message with the names that lead on from it. It has nothing of the request.
func (e *GatewayError) Error() string {
	text := fmt.Sprintf("flinks-gateway: %s (%s, %s", e.Message, strings.TrimPrefix(e.ReasonName, "ERROR_REASON_"), e.NextStep)
	if e.CallID != "" {
		text += ", call " + e.CallID
	}
	return text + ")"
}

// Unwrap gives context's error, where there is one to it.
func (e *GatewayError) Unwrap() error { return e.cause }

// GRPCStatus gives the status as it came, for [status.FromError].
func (e *GatewayError) GRPCStatus() *status.Status { return e.status }

// newError reads a failed call's status. cached tells the call that may be repeated whatever became of it.
func newError(ctx context.Context, failure error, cached bool, callID string) *GatewayError {
	read := status.Convert(failure)
	// gRPC wraps the status of a last attempt, and status.Convert adds its words to the message.
	var carrier interface{ GRPCStatus() *status.Status }
	if errors.As(failure, &carrier) && carrier.GRPCStatus() != nil {
		read = carrier.GRPCStatus()
	}
	plain := read.Proto()
	plain.Message = unquoted(plain.GetMessage())
	read = status.FromProto(plain)
	e := &GatewayError{Code: read.Code(), Message: read.Message(), CallID: callID, status: read}
	switch {
	case e.Code == codes.DeadlineExceeded:
		e.cause = context.DeadlineExceeded
	case e.Code == codes.Canceled && ctx.Err() != nil:
		// Others than the caller may have cancelled; for them the outcome is as unknown, but it is no end in peace.
		e.cause = ctx.Err()
	}
	if info := infoOf(read); info != nil {
		e.readInfo(info, read)
		return e
	}
	switch e.Code {
	case codes.DeadlineExceeded:
		e.Reason, e.NextStep, e.Retryable = ErrorReasonDeadlineExceeded, NextStepCheckOutcome, cached
	case codes.Unauthenticated, codes.PermissionDenied, codes.Unimplemented:
		e.Reason, e.NextStep = ErrorReasonUnspecified, NextStepContactOperator
	default:
		e.Reason, e.NextStep, e.Retryable = ErrorReasonOutcomeUnknown, NextStepCheckOutcome, cached
	}
	e.ReasonName = gatewayv1.ErrorReason(e.Reason).String()
	return e
}

// unquoted leaves out what gRPC quotes at the end of its own messages: what came from a peer that is no gateway, which
// may echo the request.
func unquoted(message string) string {
	message, _, _ = strings.Cut(message, "\ndata: ")
	message, _, _ = strings.Cut(message, ", debug data: ")
	return message
}

func infoOf(read *status.Status) *errdetails.ErrorInfo {
	for _, detail := range read.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.GetDomain() == domain {
			return info
		}
	}
	return nil
}

func (e *GatewayError) readInfo(info *errdetails.ErrorInfo, read *status.Status) {
	e.ReasonName = info.GetReason()
	e.Reason = ErrorReason(gatewayv1.ErrorReason_value[e.ReasonName])
	e.Metadata = info.GetMetadata()
	e.NextStep = NextStep(gatewayv1.NextStep_value[e.Metadata["next_step"]])
	e.Retryable = e.Metadata["retryable"] == "true"
	e.FlinksCode = e.Metadata["flinks_code"]
	e.HTTPStatus, _ = strconv.Atoi(e.Metadata["http_status"])
	e.RequestID = e.Metadata["request_id"]
	for _, detail := range read.Details() {
		switch detail := detail.(type) {
		case *errdetails.RetryInfo:
			e.RetryDelay = pointer(detail.GetRetryDelay(), (*durationpb.Duration).AsDuration)
		case *errdetails.BadRequest:
			e.FieldViolations = each(detail.GetFieldViolations(), func(field *errdetails.BadRequest_FieldViolation) FieldViolation {
				return FieldViolation{field.GetField(), field.GetDescription(), field.GetReason()}
			})
		}
	}
}
