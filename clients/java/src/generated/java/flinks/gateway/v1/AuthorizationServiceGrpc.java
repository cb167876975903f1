package flinks.gateway.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Opens Flinks sessions: the key to a bank customer's accounts and
 * transactions.
 * A sign-in is a conversation. It begins with `Authorize`; while the outcome is
 * a `ChallengeRound`, show its challenges to the customer and send what they
 * answer with `AnswerChallenges`; it ends with a `Session` or with an error. A
 * customer who was saved before needs no conversation: `CachedAuthorize`.
 * Every error carries a `google.rpc.ErrorInfo` whose domain is
 * `flinks-gateway` and whose reason is the name of an `ErrorReason`. Errors
 * that a program may wait out also carry a `google.rpc.RetryInfo`; malformed
 * requests carry a `google.rpc.BadRequest` that names each field at fault.
 * The gateway sends a request that carries credentials or answers to Flinks at
 * most once; only where Flinks refused the gateway's own token, which it checks
 * before it asks the bank, once more. Callers must be as careful: banks lock
 * customers out after a few wrong attempts. `retryable` in the error's metadata
 * tells whether a program may repeat this very call; without it, a repeated
 * `Authorize` or `AnswerChallenges` is a new attempt at the bank. So no retry
 * policy may repeat these two on a gRPC code alone.
 * A request may have 256 KiB beside its continuation; a larger one is refused
 * as `INVALID_REQUEST`.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class AuthorizationServiceGrpc {

  private AuthorizationServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "flinks.gateway.v1.AuthorizationService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<flinks.gateway.v1.AuthorizeRequest,
      flinks.gateway.v1.AuthorizeResponse> getAuthorizeMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Authorize",
      requestType = flinks.gateway.v1.AuthorizeRequest.class,
      responseType = flinks.gateway.v1.AuthorizeResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<flinks.gateway.v1.AuthorizeRequest,
      flinks.gateway.v1.AuthorizeResponse> getAuthorizeMethod() {
    io.grpc.MethodDescriptor<flinks.gateway.v1.AuthorizeRequest, flinks.gateway.v1.AuthorizeResponse> getAuthorizeMethod;
    if ((getAuthorizeMethod = AuthorizationServiceGrpc.getAuthorizeMethod) == null) {
      synchronized (AuthorizationServiceGrpc.class) {
        if ((getAuthorizeMethod = AuthorizationServiceGrpc.getAuthorizeMethod) == null) {
          AuthorizationServiceGrpc.getAuthorizeMethod = getAuthorizeMethod =
              io.grpc.MethodDescriptor.<flinks.gateway.v1.AuthorizeRequest, flinks.gateway.v1.AuthorizeResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Authorize"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  flinks.gateway.v1.AuthorizeRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  flinks.gateway.v1.AuthorizeResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AuthorizationServiceMethodDescriptorSupplier("Authorize"))
              .build();
        }
      }
    }
    return getAuthorizeMethod;
  }

  private static volatile io.grpc.MethodDescriptor<flinks.gateway.v1.AnswerChallengesRequest,
      flinks.gateway.v1.AnswerChallengesResponse> getAnswerChallengesMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "AnswerChallenges",
      requestType = flinks.gateway.v1.AnswerChallengesRequest.class,
      responseType = flinks.gateway.v1.AnswerChallengesResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<flinks.gateway.v1.AnswerChallengesRequest,
      flinks.gateway.v1.AnswerChallengesResponse> getAnswerChallengesMethod() {
    io.grpc.MethodDescriptor<flinks.gateway.v1.AnswerChallengesRequest, flinks.gateway.v1.AnswerChallengesResponse> getAnswerChallengesMethod;
    if ((getAnswerChallengesMethod = AuthorizationServiceGrpc.getAnswerChallengesMethod) == null) {
      synchronized (AuthorizationServiceGrpc.class) {
        if ((getAnswerChallengesMethod = AuthorizationServiceGrpc.getAnswerChallengesMethod) == null) {
          AuthorizationServiceGrpc.getAnswerChallengesMethod = getAnswerChallengesMethod =
              io.grpc.MethodDescriptor.<flinks.gateway.v1.AnswerChallengesRequest, flinks.gateway.v1.AnswerChallengesResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "AnswerChallenges"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  flinks.gateway.v1.AnswerChallengesRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  flinks.gateway.v1.AnswerChallengesResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AuthorizationServiceMethodDescriptorSupplier("AnswerChallenges"))
              .build();
        }
      }
    }
    return getAnswerChallengesMethod;
  }

  private static volatile io.grpc.MethodDescriptor<flinks.gateway.v1.CachedAuthorizeRequest,
      flinks.gateway.v1.CachedAuthorizeResponse> getCachedAuthorizeMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CachedAuthorize",
      requestType = flinks.gateway.v1.CachedAuthorizeRequest.class,
      responseType = flinks.gateway.v1.CachedAuthorizeResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<flinks.gateway.v1.CachedAuthorizeRequest,
      flinks.gateway.v1.CachedAuthorizeResponse> getCachedAuthorizeMethod() {
    io.grpc.MethodDescriptor<flinks.gateway.v1.CachedAuthorizeRequest, flinks.gateway.v1.CachedAuthorizeResponse> getCachedAuthorizeMethod;
    if ((getCachedAuthorizeMethod = AuthorizationServiceGrpc.getCachedAuthorizeMethod) == null) {
      synchronized (AuthorizationServiceGrpc.class) {
        if ((getCachedAuthorizeMethod = AuthorizationServiceGrpc.getCachedAuthorizeMethod) == null) {
          AuthorizationServiceGrpc.getCachedAuthorizeMethod = getCachedAuthorizeMethod =
              io.grpc.MethodDescriptor.<flinks.gateway.v1.CachedAuthorizeRequest, flinks.gateway.v1.CachedAuthorizeResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CachedAuthorize"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  flinks.gateway.v1.CachedAuthorizeRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  flinks.gateway.v1.CachedAuthorizeResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AuthorizationServiceMethodDescriptorSupplier("CachedAuthorize"))
              .build();
        }
      }
    }
    return getCachedAuthorizeMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static AuthorizationServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AuthorizationServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AuthorizationServiceStub>() {
        @java.lang.Override
        public AuthorizationServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AuthorizationServiceStub(channel, callOptions);
        }
      };
    return AuthorizationServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static AuthorizationServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AuthorizationServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AuthorizationServiceBlockingV2Stub>() {
        @java.lang.Override
        public AuthorizationServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AuthorizationServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return AuthorizationServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static AuthorizationServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AuthorizationServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AuthorizationServiceBlockingStub>() {
        @java.lang.Override
        public AuthorizationServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AuthorizationServiceBlockingStub(channel, callOptions);
        }
      };
    return AuthorizationServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static AuthorizationServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AuthorizationServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AuthorizationServiceFutureStub>() {
        @java.lang.Override
        public AuthorizationServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AuthorizationServiceFutureStub(channel, callOptions);
        }
      };
    return AuthorizationServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Opens Flinks sessions: the key to a bank customer's accounts and
   * transactions.
   * A sign-in is a conversation. It begins with `Authorize`; while the outcome is
   * a `ChallengeRound`, show its challenges to the customer and send what they
   * answer with `AnswerChallenges`; it ends with a `Session` or with an error. A
   * customer who was saved before needs no conversation: `CachedAuthorize`.
   * Every error carries a `google.rpc.ErrorInfo` whose domain is
   * `flinks-gateway` and whose reason is the name of an `ErrorReason`. Errors
   * that a program may wait out also carry a `google.rpc.RetryInfo`; malformed
   * requests carry a `google.rpc.BadRequest` that names each field at fault.
   * The gateway sends a request that carries credentials or answers to Flinks at
   * most once; only where Flinks refused the gateway's own token, which it checks
   * before it asks the bank, once more. Callers must be as careful: banks lock
   * customers out after a few wrong attempts. `retryable` in the error's metadata
   * tells whether a program may repeat this very call; without it, a repeated
   * `Authorize` or `AnswerChallenges` is a new attempt at the bank. So no retry
   * policy may repeat these two on a gRPC code alone.
   * A request may have 256 KiB beside its continuation; a larger one is refused
   * as `INVALID_REQUEST`.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Signs a customer in at their bank now, with credentials or by refreshing a
     * saved login.
     * Promises that the bank is asked at most once. The outcome is a session,
     * challenges to answer, or a pending operation. Takes from seconds to
     * minutes, as banks do: until the caller's deadline, and at most the
     * gateway's setting `live_timeout`, 240 seconds by default.
     * Calling again is *not* safe: each call is a sign-in attempt at the bank,
     * unless the error's metadata says `retryable`. It does when nothing was sent
     * (`UPSTREAM_UNREACHABLE`, and `DEADLINE_EXCEEDED` that came early enough),
     * and, after the delay of `RetryInfo`, when Flinks turned the call down
     * before the bank saw it (`INSTITUTION_UNAVAILABLE`, `INSTITUTION_DISABLED`,
     * `SESSION_CONFLICT`, `RATE_LIMITED`).
     * `LOGIN_NOT_FOUND` comes for a `login_id` only, never for credentials.
     * Reasons: `INVALID_REQUEST`, `REQUEST_REFUSED`, `CREDENTIALS_REJECTED`,
     * `CREDENTIALS_HELD_BACK`, `ANSWERS_REJECTED`, `ANSWERS_MISMATCHED`,
     * `LOGIN_NOT_FOUND`, `SESSION_NOT_FOUND`, `SESSION_EXPIRED`,
     * `ALREADY_AUTHORIZED`, `LIVE_SIGN_IN_REQUIRED`, `LOGIN_DISABLED`,
     * `ACCESS_REFUSED`, `BANK_ACTION_REQUIRED`, `NO_TRANSACTIONS`,
     * `INSTITUTION_UNAVAILABLE`, `INSTITUTION_DISABLED`, `SESSION_CONFLICT`,
     * `RATE_LIMITED`, `UPSTREAM_FAILED`, `UPSTREAM_REFUSED`,
     * `UPSTREAM_KEYS_REFUSED`, `UPSTREAM_FEATURE_DISABLED`,
     * `UPSTREAM_RESPONSE_INVALID`, `UPSTREAM_UNREACHABLE`, `OUTCOME_UNKNOWN`,
     * `DEADLINE_EXCEEDED`, `CALLER_UNKNOWN`, `CALLER_NOT_PERMITTED`,
     * `CALLER_LIMITED`, `GATEWAY_OVERLOADED`, `GATEWAY_FAULT`.
     * </pre>
     */
    default void authorize(flinks.gateway.v1.AuthorizeRequest request,
        io.grpc.stub.StreamObserver<flinks.gateway.v1.AuthorizeResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getAuthorizeMethod(), responseObserver);
    }

    /**
     * <pre>
     * Answers the challenges of a round and goes on with the sign-in.
     * The answers are checked against what was asked before anything is sent: a
     * missing answer, an answer of the wrong kind or a choice that was not
     * offered is refused with `INVALID_REQUEST` and costs the customer none of
     * their attempts at the bank; the same round can then be answered again. May
     * go to any replica of the gateway that shares the continuation keys.
     * The outcome may be another round. When the bank refused the answers but
     * asks again, that round says `previous_answers_rejected`. Takes as long as
     * `Authorize`, within the same limits.
     * Calling again is *not* safe once a round's answers were sent: the bank
     * counts wrong answers. Only where the error's metadata says `retryable` was
     * nothing sent (`UPSTREAM_UNREACHABLE`, and `DEADLINE_EXCEEDED` that came
     * early enough). After any other error do what its `next_step` says.
     * `LOGIN_NOT_FOUND` comes only where the sign-in began with a `login_id`.
     * Reasons: `INVALID_REQUEST`, `CONTINUATION_INVALID`, `REQUEST_REFUSED`,
     * `CREDENTIALS_REJECTED`, `ANSWERS_REJECTED`, `ANSWERS_MISMATCHED`,
     * `LOGIN_NOT_FOUND`, `SESSION_NOT_FOUND`, `SESSION_EXPIRED`,
     * `ALREADY_AUTHORIZED`, `LIVE_SIGN_IN_REQUIRED`, `LOGIN_DISABLED`,
     * `ACCESS_REFUSED`, `BANK_ACTION_REQUIRED`, `NO_TRANSACTIONS`,
     * `INSTITUTION_UNAVAILABLE`, `INSTITUTION_DISABLED`, `SESSION_CONFLICT`,
     * `RATE_LIMITED`, `UPSTREAM_FAILED`, `UPSTREAM_REFUSED`,
     * `UPSTREAM_KEYS_REFUSED`, `UPSTREAM_FEATURE_DISABLED`,
     * `UPSTREAM_RESPONSE_INVALID`, `UPSTREAM_UNREACHABLE`, `OUTCOME_UNKNOWN`,
     * `DEADLINE_EXCEEDED`, `CALLER_UNKNOWN`, `CALLER_NOT_PERMITTED`,
     * `CALLER_LIMITED`, `GATEWAY_OVERLOADED`, `GATEWAY_FAULT`.
     * </pre>
     */
    default void answerChallenges(flinks.gateway.v1.AnswerChallengesRequest request,
        io.grpc.stub.StreamObserver<flinks.gateway.v1.AnswerChallengesResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getAnswerChallengesMethod(), responseObserver);
    }

    /**
     * <pre>
     * Reopens a saved login from Flinks' cache, without asking the bank.
     * Promises that the bank is not contacted. The session's data is as old as
     * the login's last refresh. Fails with the error of the last refresh where
     * that failed, even one of a sign-in (`CREDENTIALS_REJECTED`), and with
     * `LIVE_SIGN_IN_REQUIRED` when Flinks would need to ask the customer
     * something. May take until the caller's deadline, and at most the gateway's
     * setting `cached_timeout`, 30 seconds by default.
     * Calling again is safe at any time: the bank does not notice. `retryable` in
     * the error's metadata tells whether it is of use.
     * Reasons: `INVALID_REQUEST`, `REQUEST_REFUSED`, `CREDENTIALS_REJECTED`,
     * `ANSWERS_REJECTED`, `ANSWERS_MISMATCHED`, `LOGIN_NOT_FOUND`,
     * `SESSION_NOT_FOUND`, `SESSION_EXPIRED`, `ALREADY_AUTHORIZED`,
     * `LIVE_SIGN_IN_REQUIRED`, `LOGIN_DISABLED`, `ACCESS_REFUSED`,
     * `BANK_ACTION_REQUIRED`, `NO_TRANSACTIONS`, `INSTITUTION_UNAVAILABLE`,
     * `INSTITUTION_DISABLED`, `SESSION_CONFLICT`, `RATE_LIMITED`,
     * `UPSTREAM_FAILED`, `UPSTREAM_REFUSED`, `UPSTREAM_KEYS_REFUSED`,
     * `UPSTREAM_FEATURE_DISABLED`, `UPSTREAM_RESPONSE_INVALID`,
     * `UPSTREAM_UNREACHABLE`, `OUTCOME_UNKNOWN`, `DEADLINE_EXCEEDED`,
     * `CALLER_UNKNOWN`, `CALLER_NOT_PERMITTED`, `CALLER_LIMITED`,
     * `GATEWAY_OVERLOADED`, `GATEWAY_FAULT`.
     * </pre>
     */
    default void cachedAuthorize(flinks.gateway.v1.CachedAuthorizeRequest request,
        io.grpc.stub.StreamObserver<flinks.gateway.v1.CachedAuthorizeResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCachedAuthorizeMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service AuthorizationService.
   * <pre>
   * Opens Flinks sessions: the key to a bank customer's accounts and
   * transactions.
   * A sign-in is a conversation. It begins with `Authorize`; while the outcome is
   * a `ChallengeRound`, show its challenges to the customer and send what they
   * answer with `AnswerChallenges`; it ends with a `Session` or with an error. A
   * customer who was saved before needs no conversation: `CachedAuthorize`.
   * Every error carries a `google.rpc.ErrorInfo` whose domain is
   * `flinks-gateway` and whose reason is the name of an `ErrorReason`. Errors
   * that a program may wait out also carry a `google.rpc.RetryInfo`; malformed
   * requests carry a `google.rpc.BadRequest` that names each field at fault.
   * The gateway sends a request that carries credentials or answers to Flinks at
   * most once; only where Flinks refused the gateway's own token, which it checks
   * before it asks the bank, once more. Callers must be as careful: banks lock
   * customers out after a few wrong attempts. `retryable` in the error's metadata
   * tells whether a program may repeat this very call; without it, a repeated
   * `Authorize` or `AnswerChallenges` is a new attempt at the bank. So no retry
   * policy may repeat these two on a gRPC code alone.
   * A request may have 256 KiB beside its continuation; a larger one is refused
   * as `INVALID_REQUEST`.
   * </pre>
   */
  public static abstract class AuthorizationServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return AuthorizationServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service AuthorizationService.
   * <pre>
   * Opens Flinks sessions: the key to a bank customer's accounts and
   * transactions.
   * A sign-in is a conversation. It begins with `Authorize`; while the outcome is
   * a `ChallengeRound`, show its challenges to the customer and send what they
   * answer with `AnswerChallenges`; it ends with a `Session` or with an error. A
   * customer who was saved before needs no conversation: `CachedAuthorize`.
   * Every error carries a `google.rpc.ErrorInfo` whose domain is
   * `flinks-gateway` and whose reason is the name of an `ErrorReason`. Errors
   * that a program may wait out also carry a `google.rpc.RetryInfo`; malformed
   * requests carry a `google.rpc.BadRequest` that names each field at fault.
   * The gateway sends a request that carries credentials or answers to Flinks at
   * most once; only where Flinks refused the gateway's own token, which it checks
   * before it asks the bank, once more. Callers must be as careful: banks lock
   * customers out after a few wrong attempts. `retryable` in the error's metadata
   * tells whether a program may repeat this very call; without it, a repeated
   * `Authorize` or `AnswerChallenges` is a new attempt at the bank. So no retry
   * policy may repeat these two on a gRPC code alone.
   * A request may have 256 KiB beside its continuation; a larger one is refused
   * as `INVALID_REQUEST`.
   * </pre>
   */
  public static final class AuthorizationServiceStub
      extends io.grpc.stub.AbstractAsyncStub<AuthorizationServiceStub> {
    private AuthorizationServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AuthorizationServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AuthorizationServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Signs a customer in at their bank now, with credentials or by refreshing a
     * saved login.
     * Promises that the bank is asked at most once. The outcome is a session,
     * challenges to answer, or a pending operation. Takes from seconds to
     * minutes, as banks do: until the caller's deadline, and at most the
     * gateway's setting `live_timeout`, 240 seconds by default.
     * Calling again is *not* safe: each call is a sign-in attempt at the bank,
     * unless the error's metadata says `retryable`. It does when nothing was sent
     * (`UPSTREAM_UNREACHABLE`, and `DEADLINE_EXCEEDED` that came early enough),
     * and, after the delay of `RetryInfo`, when Flinks turned the call down
     * before the bank saw it (`INSTITUTION_UNAVAILABLE`, `INSTITUTION_DISABLED`,
     * `SESSION_CONFLICT`, `RATE_LIMITED`).
     * `LOGIN_NOT_FOUND` comes for a `login_id` only, never for credentials.
     * Reasons: `INVALID_REQUEST`, `REQUEST_REFUSED`, `CREDENTIALS_REJECTED`,
     * `CREDENTIALS_HELD_BACK`, `ANSWERS_REJECTED`, `ANSWERS_MISMATCHED`,
     * `LOGIN_NOT_FOUND`, `SESSION_NOT_FOUND`, `SESSION_EXPIRED`,
     * `ALREADY_AUTHORIZED`, `LIVE_SIGN_IN_REQUIRED`, `LOGIN_DISABLED`,
     * `ACCESS_REFUSED`, `BANK_ACTION_REQUIRED`, `NO_TRANSACTIONS`,
     * `INSTITUTION_UNAVAILABLE`, `INSTITUTION_DISABLED`, `SESSION_CONFLICT`,
     * `RATE_LIMITED`, `UPSTREAM_FAILED`, `UPSTREAM_REFUSED`,
     * `UPSTREAM_KEYS_REFUSED`, `UPSTREAM_FEATURE_DISABLED`,
     * `UPSTREAM_RESPONSE_INVALID`, `UPSTREAM_UNREACHABLE`, `OUTCOME_UNKNOWN`,
     * `DEADLINE_EXCEEDED`, `CALLER_UNKNOWN`, `CALLER_NOT_PERMITTED`,
     * `CALLER_LIMITED`, `GATEWAY_OVERLOADED`, `GATEWAY_FAULT`.
     * </pre>
     */
    public void authorize(flinks.gateway.v1.AuthorizeRequest request,
        io.grpc.stub.StreamObserver<flinks.gateway.v1.AuthorizeResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getAuthorizeMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Answers the challenges of a round and goes on with the sign-in.
     * The answers are checked against what was asked before anything is sent: a
     * missing answer, an answer of the wrong kind or a choice that was not
     * offered is refused with `INVALID_REQUEST` and costs the customer none of
     * their attempts at the bank; the same round can then be answered again. May
     * go to any replica of the gateway that shares the continuation keys.
     * The outcome may be another round. When the bank refused the answers but
     * asks again, that round says `previous_answers_rejected`. Takes as long as
     * `Authorize`, within the same limits.
     * Calling again is *not* safe once a round's answers were sent: the bank
     * counts wrong answers. Only where the error's metadata says `retryable` was
     * nothing sent (`UPSTREAM_UNREACHABLE`, and `DEADLINE_EXCEEDED` that came
     * early enough). After any other error do what its `next_step` says.
     * `LOGIN_NOT_FOUND` comes only where the sign-in began with a `login_id`.
     * Reasons: `INVALID_REQUEST`, `CONTINUATION_INVALID`, `REQUEST_REFUSED`,
     * `CREDENTIALS_REJECTED`, `ANSWERS_REJECTED`, `ANSWERS_MISMATCHED`,
     * `LOGIN_NOT_FOUND`, `SESSION_NOT_FOUND`, `SESSION_EXPIRED`,
     * `ALREADY_AUTHORIZED`, `LIVE_SIGN_IN_REQUIRED`, `LOGIN_DISABLED`,
     * `ACCESS_REFUSED`, `BANK_ACTION_REQUIRED`, `NO_TRANSACTIONS`,
     * `INSTITUTION_UNAVAILABLE`, `INSTITUTION_DISABLED`, `SESSION_CONFLICT`,
     * `RATE_LIMITED`, `UPSTREAM_FAILED`, `UPSTREAM_REFUSED`,
     * `UPSTREAM_KEYS_REFUSED`, `UPSTREAM_FEATURE_DISABLED`,
     * `UPSTREAM_RESPONSE_INVALID`, `UPSTREAM_UNREACHABLE`, `OUTCOME_UNKNOWN`,
     * `DEADLINE_EXCEEDED`, `CALLER_UNKNOWN`, `CALLER_NOT_PERMITTED`,
     * `CALLER_LIMITED`, `GATEWAY_OVERLOADED`, `GATEWAY_FAULT`.
     * </pre>
     */
    public void answerChallenges(flinks.gateway.v1.AnswerChallengesRequest request,
        io.grpc.stub.StreamObserver<flinks.gateway.v1.AnswerChallengesResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getAnswerChallengesMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Reopens a saved login from Flinks' cache, without asking the bank.
     * Promises that the bank is not contacted. The session's data is as old as
     * the login's last refresh. Fails with the error of the last refresh where
     * that failed, even one of a sign-in (`CREDENTIALS_REJECTED`), and with
     * `LIVE_SIGN_IN_REQUIRED` when Flinks would need to ask the customer
     * something. May take until the caller's deadline, and at most the gateway's
     * setting `cached_timeout`, 30 seconds by default.
     * Calling again is safe at any time: the bank does not notice. `retryable` in
     * the error's metadata tells whether it is of use.
     * Reasons: `INVALID_REQUEST`, `REQUEST_REFUSED`, `CREDENTIALS_REJECTED`,
     * `ANSWERS_REJECTED`, `ANSWERS_MISMATCHED`, `LOGIN_NOT_FOUND`,
     * `SESSION_NOT_FOUND`, `SESSION_EXPIRED`, `ALREADY_AUTHORIZED`,
     * `LIVE_SIGN_IN_REQUIRED`, `LOGIN_DISABLED`, `ACCESS_REFUSED`,
     * `BANK_ACTION_REQUIRED`, `NO_TRANSACTIONS`, `INSTITUTION_UNAVAILABLE`,
     * `INSTITUTION_DISABLED`, `SESSION_CONFLICT`, `RATE_LIMITED`,
     * `UPSTREAM_FAILED`, `UPSTREAM_REFUSED`, `UPSTREAM_KEYS_REFUSED`,
     * `UPSTREAM_FEATURE_DISABLED`, `UPSTREAM_RESPONSE_INVALID`,
     * `UPSTREAM_UNREACHABLE`, `OUTCOME_UNKNOWN`, `DEADLINE_EXCEEDED`,
     * `CALLER_UNKNOWN`, `CALLER_NOT_PERMITTED`, `CALLER_LIMITED`,
     * `GATEWAY_OVERLOADED`, `GATEWAY_FAULT`.
     * </pre>
     */
    public void cachedAuthorize(flinks.gateway.v1.CachedAuthorizeRequest request,
        io.grpc.stub.StreamObserver<flinks.gateway.v1.CachedAuthorizeResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCachedAuthorizeMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service AuthorizationService.
   * <pre>
   * Opens Flinks sessions: the key to a bank customer's accounts and
   * transactions.
   * A sign-in is a conversation. It begins with `Authorize`; while the outcome is
   * a `ChallengeRound`, show its challenges to the customer and send what they
   * answer with `AnswerChallenges`; it ends with a `Session` or with an error. A
   * customer who was saved before needs no conversation: `CachedAuthorize`.
   * Every error carries a `google.rpc.ErrorInfo` whose domain is
   * `flinks-gateway` and whose reason is the name of an `ErrorReason`. Errors
   * that a program may wait out also carry a `google.rpc.RetryInfo`; malformed
   * requests carry a `google.rpc.BadRequest` that names each field at fault.
   * The gateway sends a request that carries credentials or answers to Flinks at
   * most once; only where Flinks refused the gateway's own token, which it checks
   * before it asks the bank, once more. Callers must be as careful: banks lock
   * customers out after a few wrong attempts. `retryable` in the error's metadata
   * tells whether a program may repeat this very call; without it, a repeated
   * `Authorize` or `AnswerChallenges` is a new attempt at the bank. So no retry
   * policy may repeat these two on a gRPC code alone.
   * A request may have 256 KiB beside its continuation; a larger one is refused
   * as `INVALID_REQUEST`.
   * </pre>
   */
  public static final class AuthorizationServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<AuthorizationServiceBlockingV2Stub> {
    private AuthorizationServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AuthorizationServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AuthorizationServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Signs a customer in at their bank now, with credentials or by refreshing a
     * saved login.
     * Promises that the bank is asked at most once. The outcome is a session,
     * challenges to answer, or a pending operation. Takes from seconds to
     * minutes, as banks do: until the caller's deadline, and at most the
     * gateway's setting `live_timeout`, 240 seconds by default.
     * Calling again is *not* safe: each call is a sign-in attempt at the bank,
     * unless the error's metadata says `retryable`. It does when nothing was sent
     * (`UPSTREAM_UNREACHABLE`, and `DEADLINE_EXCEEDED` that came early enough),
     * and, after the delay of `RetryInfo`, when Flinks turned the call down
     * before the bank saw it (`INSTITUTION_UNAVAILABLE`, `INSTITUTION_DISABLED`,
     * `SESSION_CONFLICT`, `RATE_LIMITED`).
     * `LOGIN_NOT_FOUND` comes for a `login_id` only, never for credentials.
     * Reasons: `INVALID_REQUEST`, `REQUEST_REFUSED`, `CREDENTIALS_REJECTED`,
     * `CREDENTIALS_HELD_BACK`, `ANSWERS_REJECTED`, `ANSWERS_MISMATCHED`,
     * `LOGIN_NOT_FOUND`, `SESSION_NOT_FOUND`, `SESSION_EXPIRED`,
     * `ALREADY_AUTHORIZED`, `LIVE_SIGN_IN_REQUIRED`, `LOGIN_DISABLED`,
     * `ACCESS_REFUSED`, `BANK_ACTION_REQUIRED`, `NO_TRANSACTIONS`,
     * `INSTITUTION_UNAVAILABLE`, `INSTITUTION_DISABLED`, `SESSION_CONFLICT`,
     * `RATE_LIMITED`, `UPSTREAM_FAILED`, `UPSTREAM_REFUSED`,
     * `UPSTREAM_KEYS_REFUSED`, `UPSTREAM_FEATURE_DISABLED`,
     * `UPSTREAM_RESPONSE_INVALID`, `UPSTREAM_UNREACHABLE`, `OUTCOME_UNKNOWN`,
     * `DEADLINE_EXCEEDED`, `CALLER_UNKNOWN`, `CALLER_NOT_PERMITTED`,
     * `CALLER_LIMITED`, `GATEWAY_OVERLOADED`, `GATEWAY_FAULT`.
     * </pre>
     */
    public flinks.gateway.v1.AuthorizeResponse authorize(flinks.gateway.v1.AuthorizeRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getAuthorizeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Answers the challenges of a round and goes on with the sign-in.
     * The answers are checked against what was asked before anything is sent: a
     * missing answer, an answer of the wrong kind or a choice that was not
     * offered is refused with `INVALID_REQUEST` and costs the customer none of
     * their attempts at the bank; the same round can then be answered again. May
     * go to any replica of the gateway that shares the continuation keys.
     * The outcome may be another round. When the bank refused the answers but
     * asks again, that round says `previous_answers_rejected`. Takes as long as
     * `Authorize`, within the same limits.
     * Calling again is *not* safe once a round's answers were sent: the bank
     * counts wrong answers. Only where the error's metadata says `retryable` was
     * nothing sent (`UPSTREAM_UNREACHABLE`, and `DEADLINE_EXCEEDED` that came
     * early enough). After any other error do what its `next_step` says.
     * `LOGIN_NOT_FOUND` comes only where the sign-in began with a `login_id`.
     * Reasons: `INVALID_REQUEST`, `CONTINUATION_INVALID`, `REQUEST_REFUSED`,
     * `CREDENTIALS_REJECTED`, `ANSWERS_REJECTED`, `ANSWERS_MISMATCHED`,
     * `LOGIN_NOT_FOUND`, `SESSION_NOT_FOUND`, `SESSION_EXPIRED`,
     * `ALREADY_AUTHORIZED`, `LIVE_SIGN_IN_REQUIRED`, `LOGIN_DISABLED`,
     * `ACCESS_REFUSED`, `BANK_ACTION_REQUIRED`, `NO_TRANSACTIONS`,
     * `INSTITUTION_UNAVAILABLE`, `INSTITUTION_DISABLED`, `SESSION_CONFLICT`,
     * `RATE_LIMITED`, `UPSTREAM_FAILED`, `UPSTREAM_REFUSED`,
     * `UPSTREAM_KEYS_REFUSED`, `UPSTREAM_FEATURE_DISABLED`,
     * `UPSTREAM_RESPONSE_INVALID`, `UPSTREAM_UNREACHABLE`, `OUTCOME_UNKNOWN`,
     * `DEADLINE_EXCEEDED`, `CALLER_UNKNOWN`, `CALLER_NOT_PERMITTED`,
     * `CALLER_LIMITED`, `GATEWAY_OVERLOADED`, `GATEWAY_FAULT`.
     * </pre>
     */
    public flinks.gateway.v1.AnswerChallengesResponse answerChallenges(flinks.gateway.v1.AnswerChallengesRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getAnswerChallengesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reopens a saved login from Flinks' cache, without asking the bank.
     * Promises that the bank is not contacted. The session's data is as old as
     * the login's last refresh. Fails with the error of the last refresh where
     * that failed, even one of a sign-in (`CREDENTIALS_REJECTED`), and with
     * `LIVE_SIGN_IN_REQUIRED` when Flinks would need to ask the customer
     * something. May take until the caller's deadline, and at most the gateway's
     * setting `cached_timeout`, 30 seconds by default.
     * Calling again is safe at any time: the bank does not notice. `retryable` in
     * the error's metadata tells whether it is of use.
     * Reasons: `INVALID_REQUEST`, `REQUEST_REFUSED`, `CREDENTIALS_REJECTED`,
     * `ANSWERS_REJECTED`, `ANSWERS_MISMATCHED`, `LOGIN_NOT_FOUND`,
     * `SESSION_NOT_FOUND`, `SESSION_EXPIRED`, `ALREADY_AUTHORIZED`,
     * `LIVE_SIGN_IN_REQUIRED`, `LOGIN_DISABLED`, `ACCESS_REFUSED`,
     * `BANK_ACTION_REQUIRED`, `NO_TRANSACTIONS`, `INSTITUTION_UNAVAILABLE`,
     * `INSTITUTION_DISABLED`, `SESSION_CONFLICT`, `RATE_LIMITED`,
     * `UPSTREAM_FAILED`, `UPSTREAM_REFUSED`, `UPSTREAM_KEYS_REFUSED`,
     * `UPSTREAM_FEATURE_DISABLED`, `UPSTREAM_RESPONSE_INVALID`,
     * `UPSTREAM_UNREACHABLE`, `OUTCOME_UNKNOWN`, `DEADLINE_EXCEEDED`,
     * `CALLER_UNKNOWN`, `CALLER_NOT_PERMITTED`, `CALLER_LIMITED`,
     * `GATEWAY_OVERLOADED`, `GATEWAY_FAULT`.
     * </pre>
     */
    public flinks.gateway.v1.CachedAuthorizeResponse cachedAuthorize(flinks.gateway.v1.CachedAuthorizeRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCachedAuthorizeMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service AuthorizationService.
   * <pre>
   * Opens Flinks sessions: the key to a bank customer's accounts and
   * transactions.
   * A sign-in is a conversation. It begins with `Authorize`; while the outcome is
   * a `ChallengeRound`, show its challenges to the customer and send what they
   * answer with `AnswerChallenges`; it ends with a `Session` or with an error. A
   * customer who was saved before needs no conversation: `CachedAuthorize`.
   * Every error carries a `google.rpc.ErrorInfo` whose domain is
   * `flinks-gateway` and whose reason is the name of an `ErrorReason`. Errors
   * that a program may wait out also carry a `google.rpc.RetryInfo`; malformed
   * requests carry a `google.rpc.BadRequest` that names each field at fault.
   * The gateway sends a request that carries credentials or answers to Flinks at
   * most once; only where Flinks refused the gateway's own token, which it checks
   * before it asks the bank, once more. Callers must be as careful: banks lock
   * customers out after a few wrong attempts. `retryable` in the error's metadata
   * tells whether a program may repeat this very call; without it, a repeated
   * `Authorize` or `AnswerChallenges` is a new attempt at the bank. So no retry
   * policy may repeat these two on a gRPC code alone.
   * A request may have 256 KiB beside its continuation; a larger one is refused
   * as `INVALID_REQUEST`.
   * </pre>
   */
  public static final class AuthorizationServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<AuthorizationServiceBlockingStub> {
    private AuthorizationServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AuthorizationServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AuthorizationServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Signs a customer in at their bank now, with credentials or by refreshing a
     * saved login.
     * Promises that the bank is asked at most once. The outcome is a session,
     * challenges to answer, or a pending operation. Takes from seconds to
     * minutes, as banks do: until the caller's deadline, and at most the
     * gateway's setting `live_timeout`, 240 seconds by default.
     * Calling again is *not* safe: each call is a sign-in attempt at the bank,
     * unless the error's metadata says `retryable`. It does when nothing was sent
     * (`UPSTREAM_UNREACHABLE`, and `DEADLINE_EXCEEDED` that came early enough),
     * and, after the delay of `RetryInfo`, when Flinks turned the call down
     * before the bank saw it (`INSTITUTION_UNAVAILABLE`, `INSTITUTION_DISABLED`,
     * `SESSION_CONFLICT`, `RATE_LIMITED`).
     * `LOGIN_NOT_FOUND` comes for a `login_id` only, never for credentials.
     * Reasons: `INVALID_REQUEST`, `REQUEST_REFUSED`, `CREDENTIALS_REJECTED`,
     * `CREDENTIALS_HELD_BACK`, `ANSWERS_REJECTED`, `ANSWERS_MISMATCHED`,
     * `LOGIN_NOT_FOUND`, `SESSION_NOT_FOUND`, `SESSION_EXPIRED`,
     * `ALREADY_AUTHORIZED`, `LIVE_SIGN_IN_REQUIRED`, `LOGIN_DISABLED`,
     * `ACCESS_REFUSED`, `BANK_ACTION_REQUIRED`, `NO_TRANSACTIONS`,
     * `INSTITUTION_UNAVAILABLE`, `INSTITUTION_DISABLED`, `SESSION_CONFLICT`,
     * `RATE_LIMITED`, `UPSTREAM_FAILED`, `UPSTREAM_REFUSED`,
     * `UPSTREAM_KEYS_REFUSED`, `UPSTREAM_FEATURE_DISABLED`,
     * `UPSTREAM_RESPONSE_INVALID`, `UPSTREAM_UNREACHABLE`, `OUTCOME_UNKNOWN`,
     * `DEADLINE_EXCEEDED`, `CALLER_UNKNOWN`, `CALLER_NOT_PERMITTED`,
     * `CALLER_LIMITED`, `GATEWAY_OVERLOADED`, `GATEWAY_FAULT`.
     * </pre>
     */
    public flinks.gateway.v1.AuthorizeResponse authorize(flinks.gateway.v1.AuthorizeRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getAuthorizeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Answers the challenges of a round and goes on with the sign-in.
     * The answers are checked against what was asked before anything is sent: a
     * missing answer, an answer of the wrong kind or a choice that was not
     * offered is refused with `INVALID_REQUEST` and costs the customer none of
     * their attempts at the bank; the same round can then be answered again. May
     * go to any replica of the gateway that shares the continuation keys.
     * The outcome may be another round. When the bank refused the answers but
     * asks again, that round says `previous_answers_rejected`. Takes as long as
     * `Authorize`, within the same limits.
     * Calling again is *not* safe once a round's answers were sent: the bank
     * counts wrong answers. Only where the error's metadata says `retryable` was
     * nothing sent (`UPSTREAM_UNREACHABLE`, and `DEADLINE_EXCEEDED` that came
     * early enough). After any other error do what its `next_step` says.
     * `LOGIN_NOT_FOUND` comes only where the sign-in began with a `login_id`.
     * Reasons: `INVALID_REQUEST`, `CONTINUATION_INVALID`, `REQUEST_REFUSED`,
     * `CREDENTIALS_REJECTED`, `ANSWERS_REJECTED`, `ANSWERS_MISMATCHED`,
     * `LOGIN_NOT_FOUND`, `SESSION_NOT_FOUND`, `SESSION_EXPIRED`,
     * `ALREADY_AUTHORIZED`, `LIVE_SIGN_IN_REQUIRED`, `LOGIN_DISABLED`,
     * `ACCESS_REFUSED`, `BANK_ACTION_REQUIRED`, `NO_TRANSACTIONS`,
     * `INSTITUTION_UNAVAILABLE`, `INSTITUTION_DISABLED`, `SESSION_CONFLICT`,
     * `RATE_LIMITED`, `UPSTREAM_FAILED`, `UPSTREAM_REFUSED`,
     * `UPSTREAM_KEYS_REFUSED`, `UPSTREAM_FEATURE_DISABLED`,
     * `UPSTREAM_RESPONSE_INVALID`, `UPSTREAM_UNREACHABLE`, `OUTCOME_UNKNOWN`,
     * `DEADLINE_EXCEEDED`, `CALLER_UNKNOWN`, `CALLER_NOT_PERMITTED`,
     * `CALLER_LIMITED`, `GATEWAY_OVERLOADED`, `GATEWAY_FAULT`.
     * </pre>
     */
    public flinks.gateway.v1.AnswerChallengesResponse answerChallenges(flinks.gateway.v1.AnswerChallengesRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getAnswerChallengesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reopens a saved login from Flinks' cache, without asking the bank.
     * Promises that the bank is not contacted. The session's data is as old as
     * the login's last refresh. Fails with the error of the last refresh where
     * that failed, even one of a sign-in (`CREDENTIALS_REJECTED`), and with
     * `LIVE_SIGN_IN_REQUIRED` when Flinks would need to ask the customer
     * something. May take until the caller's deadline, and at most the gateway's
     * setting `cached_timeout`, 30 seconds by default.
     * Calling again is safe at any time: the bank does not notice. `retryable` in
     * the error's metadata tells whether it is of use.
     * Reasons: `INVALID_REQUEST`, `REQUEST_REFUSED`, `CREDENTIALS_REJECTED`,
     * `ANSWERS_REJECTED`, `ANSWERS_MISMATCHED`, `LOGIN_NOT_FOUND`,
     * `SESSION_NOT_FOUND`, `SESSION_EXPIRED`, `ALREADY_AUTHORIZED`,
     * `LIVE_SIGN_IN_REQUIRED`, `LOGIN_DISABLED`, `ACCESS_REFUSED`,
     * `BANK_ACTION_REQUIRED`, `NO_TRANSACTIONS`, `INSTITUTION_UNAVAILABLE`,
     * `INSTITUTION_DISABLED`, `SESSION_CONFLICT`, `RATE_LIMITED`,
     * `UPSTREAM_FAILED`, `UPSTREAM_REFUSED`, `UPSTREAM_KEYS_REFUSED`,
     * `UPSTREAM_FEATURE_DISABLED`, `UPSTREAM_RESPONSE_INVALID`,
     * `UPSTREAM_UNREACHABLE`, `OUTCOME_UNKNOWN`, `DEADLINE_EXCEEDED`,
     * `CALLER_UNKNOWN`, `CALLER_NOT_PERMITTED`, `CALLER_LIMITED`,
     * `GATEWAY_OVERLOADED`, `GATEWAY_FAULT`.
     * </pre>
     */
    public flinks.gateway.v1.CachedAuthorizeResponse cachedAuthorize(flinks.gateway.v1.CachedAuthorizeRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCachedAuthorizeMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service AuthorizationService.
   * <pre>
   * Opens Flinks sessions: the key to a bank customer's accounts and
   * transactions.
   * A sign-in is a conversation. It begins with `Authorize`; while the outcome is
   * a `ChallengeRound`, show its challenges to the customer and send what they
   * answer with `AnswerChallenges`; it ends with a `Session` or with an error. A
   * customer who was saved before needs no conversation: `CachedAuthorize`.
   * Every error carries a `google.rpc.ErrorInfo` whose domain is
   * `flinks-gateway` and whose reason is the name of an `ErrorReason`. Errors
   * that a program may wait out also carry a `google.rpc.RetryInfo`; malformed
   * requests carry a `google.rpc.BadRequest` that names each field at fault.
   * The gateway sends a request that carries credentials or answers to Flinks at
   * most once; only where Flinks refused the gateway's own token, which it checks
   * before it asks the bank, once more. Callers must be as careful: banks lock
   * customers out after a few wrong attempts. `retryable` in the error's metadata
   * tells whether a program may repeat this very call; without it, a repeated
   * `Authorize` or `AnswerChallenges` is a new attempt at the bank. So no retry
   * policy may repeat these two on a gRPC code alone.
   * A request may have 256 KiB beside its continuation; a larger one is refused
   * as `INVALID_REQUEST`.
   * </pre>
   */
  public static final class AuthorizationServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<AuthorizationServiceFutureStub> {
    private AuthorizationServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AuthorizationServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AuthorizationServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Signs a customer in at their bank now, with credentials or by refreshing a
     * saved login.
     * Promises that the bank is asked at most once. The outcome is a session,
     * challenges to answer, or a pending operation. Takes from seconds to
     * minutes, as banks do: until the caller's deadline, and at most the
     * gateway's setting `live_timeout`, 240 seconds by default.
     * Calling again is *not* safe: each call is a sign-in attempt at the bank,
     * unless the error's metadata says `retryable`. It does when nothing was sent
     * (`UPSTREAM_UNREACHABLE`, and `DEADLINE_EXCEEDED` that came early enough),
     * and, after the delay of `RetryInfo`, when Flinks turned the call down
     * before the bank saw it (`INSTITUTION_UNAVAILABLE`, `INSTITUTION_DISABLED`,
     * `SESSION_CONFLICT`, `RATE_LIMITED`).
     * `LOGIN_NOT_FOUND` comes for a `login_id` only, never for credentials.
     * Reasons: `INVALID_REQUEST`, `REQUEST_REFUSED`, `CREDENTIALS_REJECTED`,
     * `CREDENTIALS_HELD_BACK`, `ANSWERS_REJECTED`, `ANSWERS_MISMATCHED`,
     * `LOGIN_NOT_FOUND`, `SESSION_NOT_FOUND`, `SESSION_EXPIRED`,
     * `ALREADY_AUTHORIZED`, `LIVE_SIGN_IN_REQUIRED`, `LOGIN_DISABLED`,
     * `ACCESS_REFUSED`, `BANK_ACTION_REQUIRED`, `NO_TRANSACTIONS`,
     * `INSTITUTION_UNAVAILABLE`, `INSTITUTION_DISABLED`, `SESSION_CONFLICT`,
     * `RATE_LIMITED`, `UPSTREAM_FAILED`, `UPSTREAM_REFUSED`,
     * `UPSTREAM_KEYS_REFUSED`, `UPSTREAM_FEATURE_DISABLED`,
     * `UPSTREAM_RESPONSE_INVALID`, `UPSTREAM_UNREACHABLE`, `OUTCOME_UNKNOWN`,
     * `DEADLINE_EXCEEDED`, `CALLER_UNKNOWN`, `CALLER_NOT_PERMITTED`,
     * `CALLER_LIMITED`, `GATEWAY_OVERLOADED`, `GATEWAY_FAULT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<flinks.gateway.v1.AuthorizeResponse> authorize(
        flinks.gateway.v1.AuthorizeRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getAuthorizeMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Answers the challenges of a round and goes on with the sign-in.
     * The answers are checked against what was asked before anything is sent: a
     * missing answer, an answer of the wrong kind or a choice that was not
     * offered is refused with `INVALID_REQUEST` and costs the customer none of
     * their attempts at the bank; the same round can then be answered again. May
     * go to any replica of the gateway that shares the continuation keys.
     * The outcome may be another round. When the bank refused the answers but
     * asks again, that round says `previous_answers_rejected`. Takes as long as
     * `Authorize`, within the same limits.
     * Calling again is *not* safe once a round's answers were sent: the bank
     * counts wrong answers. Only where the error's metadata says `retryable` was
     * nothing sent (`UPSTREAM_UNREACHABLE`, and `DEADLINE_EXCEEDED` that came
     * early enough). After any other error do what its `next_step` says.
     * `LOGIN_NOT_FOUND` comes only where the sign-in began with a `login_id`.
     * Reasons: `INVALID_REQUEST`, `CONTINUATION_INVALID`, `REQUEST_REFUSED`,
     * `CREDENTIALS_REJECTED`, `ANSWERS_REJECTED`, `ANSWERS_MISMATCHED`,
     * `LOGIN_NOT_FOUND`, `SESSION_NOT_FOUND`, `SESSION_EXPIRED`,
     * `ALREADY_AUTHORIZED`, `LIVE_SIGN_IN_REQUIRED`, `LOGIN_DISABLED`,
     * `ACCESS_REFUSED`, `BANK_ACTION_REQUIRED`, `NO_TRANSACTIONS`,
     * `INSTITUTION_UNAVAILABLE`, `INSTITUTION_DISABLED`, `SESSION_CONFLICT`,
     * `RATE_LIMITED`, `UPSTREAM_FAILED`, `UPSTREAM_REFUSED`,
     * `UPSTREAM_KEYS_REFUSED`, `UPSTREAM_FEATURE_DISABLED`,
     * `UPSTREAM_RESPONSE_INVALID`, `UPSTREAM_UNREACHABLE`, `OUTCOME_UNKNOWN`,
     * `DEADLINE_EXCEEDED`, `CALLER_UNKNOWN`, `CALLER_NOT_PERMITTED`,
     * `CALLER_LIMITED`, `GATEWAY_OVERLOADED`, `GATEWAY_FAULT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<flinks.gateway.v1.AnswerChallengesResponse> answerChallenges(
        flinks.gateway.v1.AnswerChallengesRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getAnswerChallengesMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Reopens a saved login from Flinks' cache, without asking the bank.
     * Promises that the bank is not contacted. The session's data is as old as
     * the login's last refresh. Fails with the error of the last refresh where
     * that failed, even one of a sign-in (`CREDENTIALS_REJECTED`), and with
     * `LIVE_SIGN_IN_REQUIRED` when Flinks would need to ask the customer
     * something. May take until the caller's deadline, and at most the gateway's
     * setting `cached_timeout`, 30 seconds by default.
     * Calling again is safe at any time: the bank does not notice. `retryable` in
     * the error's metadata tells whether it is of use.
     * Reasons: `INVALID_REQUEST`, `REQUEST_REFUSED`, `CREDENTIALS_REJECTED`,
     * `ANSWERS_REJECTED`, `ANSWERS_MISMATCHED`, `LOGIN_NOT_FOUND`,
     * `SESSION_NOT_FOUND`, `SESSION_EXPIRED`, `ALREADY_AUTHORIZED`,
     * `LIVE_SIGN_IN_REQUIRED`, `LOGIN_DISABLED`, `ACCESS_REFUSED`,
     * `BANK_ACTION_REQUIRED`, `NO_TRANSACTIONS`, `INSTITUTION_UNAVAILABLE`,
     * `INSTITUTION_DISABLED`, `SESSION_CONFLICT`, `RATE_LIMITED`,
     * `UPSTREAM_FAILED`, `UPSTREAM_REFUSED`, `UPSTREAM_KEYS_REFUSED`,
     * `UPSTREAM_FEATURE_DISABLED`, `UPSTREAM_RESPONSE_INVALID`,
     * `UPSTREAM_UNREACHABLE`, `OUTCOME_UNKNOWN`, `DEADLINE_EXCEEDED`,
     * `CALLER_UNKNOWN`, `CALLER_NOT_PERMITTED`, `CALLER_LIMITED`,
     * `GATEWAY_OVERLOADED`, `GATEWAY_FAULT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<flinks.gateway.v1.CachedAuthorizeResponse> cachedAuthorize(
        flinks.gateway.v1.CachedAuthorizeRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCachedAuthorizeMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_AUTHORIZE = 0;
  private static final int METHODID_ANSWER_CHALLENGES = 1;
  private static final int METHODID_CACHED_AUTHORIZE = 2;

  private static final class MethodHandlers<Req, Resp> implements
      io.grpc.stub.ServerCalls.UnaryMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.ServerStreamingMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.ClientStreamingMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.BidiStreamingMethod<Req, Resp> {
    private final AsyncService serviceImpl;
    private final int methodId;

    MethodHandlers(AsyncService serviceImpl, int methodId) {
      this.serviceImpl = serviceImpl;
      this.methodId = methodId;
    }

    @java.lang.Override
    @java.lang.SuppressWarnings("unchecked")
    public void invoke(Req request, io.grpc.stub.StreamObserver<Resp> responseObserver) {
      switch (methodId) {
        case METHODID_AUTHORIZE:
          serviceImpl.authorize((flinks.gateway.v1.AuthorizeRequest) request,
              (io.grpc.stub.StreamObserver<flinks.gateway.v1.AuthorizeResponse>) responseObserver);
          break;
        case METHODID_ANSWER_CHALLENGES:
          serviceImpl.answerChallenges((flinks.gateway.v1.AnswerChallengesRequest) request,
              (io.grpc.stub.StreamObserver<flinks.gateway.v1.AnswerChallengesResponse>) responseObserver);
          break;
        case METHODID_CACHED_AUTHORIZE:
          serviceImpl.cachedAuthorize((flinks.gateway.v1.CachedAuthorizeRequest) request,
              (io.grpc.stub.StreamObserver<flinks.gateway.v1.CachedAuthorizeResponse>) responseObserver);
          break;
        default:
          throw new AssertionError();
      }
    }

    @java.lang.Override
    @java.lang.SuppressWarnings("unchecked")
    public io.grpc.stub.StreamObserver<Req> invoke(
        io.grpc.stub.StreamObserver<Resp> responseObserver) {
      switch (methodId) {
        default:
          throw new AssertionError();
      }
    }
  }

  public static final io.grpc.ServerServiceDefinition bindService(AsyncService service) {
    return io.grpc.ServerServiceDefinition.builder(getServiceDescriptor())
        .addMethod(
          getAuthorizeMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              flinks.gateway.v1.AuthorizeRequest,
              flinks.gateway.v1.AuthorizeResponse>(
                service, METHODID_AUTHORIZE)))
        .addMethod(
          getAnswerChallengesMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              flinks.gateway.v1.AnswerChallengesRequest,
              flinks.gateway.v1.AnswerChallengesResponse>(
                service, METHODID_ANSWER_CHALLENGES)))
        .addMethod(
          getCachedAuthorizeMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              flinks.gateway.v1.CachedAuthorizeRequest,
              flinks.gateway.v1.CachedAuthorizeResponse>(
                service, METHODID_CACHED_AUTHORIZE)))
        .build();
  }

  private static abstract class AuthorizationServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    AuthorizationServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return flinks.gateway.v1.AuthorizationServiceOuterClass.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("AuthorizationService");
    }
  }

  private static final class AuthorizationServiceFileDescriptorSupplier
      extends AuthorizationServiceBaseDescriptorSupplier {
    AuthorizationServiceFileDescriptorSupplier() {}
  }

  private static final class AuthorizationServiceMethodDescriptorSupplier
      extends AuthorizationServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    AuthorizationServiceMethodDescriptorSupplier(java.lang.String methodName) {
      this.methodName = methodName;
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.MethodDescriptor getMethodDescriptor() {
      return getServiceDescriptor().findMethodByName(methodName);
    }
  }

  private static volatile io.grpc.ServiceDescriptor serviceDescriptor;

  public static io.grpc.ServiceDescriptor getServiceDescriptor() {
    io.grpc.ServiceDescriptor result = serviceDescriptor;
    if (result == null) {
      synchronized (AuthorizationServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new AuthorizationServiceFileDescriptorSupplier())
              .addMethod(getAuthorizeMethod())
              .addMethod(getAnswerChallengesMethod())
              .addMethod(getCachedAuthorizeMethod())
              .build();
        }
      }
    }
    return result;
  }
}
