// The one place where messages of the contract become values of this package, and the other way round.
package flinks.gateway.client;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import flinks.gateway.v1.AnswerChallengesRequest;
import flinks.gateway.v1.AnswerChallengesResponse;
import flinks.gateway.v1.AuthorizeResponse;
import flinks.gateway.v1.CachedAuthorizeResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

final class Convert {
    private Convert() {}

    static flinks.gateway.v1.AuthorizeRequest message(AuthorizeRequest request) {
        flinks.gateway.v1.AuthorizeRequest.Builder message = flinks.gateway.v1.AuthorizeRequest.newBuilder()
                .setSave(request.save())
                .setTag(request.tag())
                .setScheduleRefresh(request.scheduleRefresh())
                .setWithMfaQuestions(request.withMfaQuestions())
                .setInstance(request.instance())
                .setLanguage(flinks.gateway.v1.Language.valueOf(request.language().fullName()));
        if (request.subject() instanceof Credentials credentials) {
            message.getCredentialsBuilder()
                    .setInstitution(credentials.institution())
                    .setUsername(credentials.username())
                    .setPassword(credentials.password());
        } else {
            message.setLoginId(((LoginId) request.subject()).value());
        }
        return message.build();
    }

    static AnswerChallengesRequest message(String continuation, List<Answer> answers) {
        return AnswerChallengesRequest.newBuilder()
                .setContinuation(continuation)
                .addAllAnswers(answers.stream().map(Answer::message).toList())
                .build();
    }

    static flinks.gateway.v1.CachedAuthorizeRequest message(CachedAuthorizeRequest request) {
        return flinks.gateway.v1.CachedAuthorizeRequest.newBuilder()
                .setLoginId(request.loginId())
                .setTag(request.tag())
                .setInstance(request.instance())
                .build();
    }

    /**
     * Refuses a message that would not arrive as it is: half of a surrogate pair has no UTF-8, and would silently be
     * sent as another character, at the cost of an attempt at the bank.
     */
    static void checkTexts(Message message) {
        try {
            if (message.getParserForType().parseFrom(message.toByteString()).equals(message)) {
                return;
            }
        } catch (InvalidProtocolBufferException impossible) {
            throw new AssertionError(impossible);
        }
        throw new IllegalArgumentException("a text of the request is no Unicode: it has half of a surrogate pair");
    }

    static Outcome outcome(AuthorizeResponse message) {
        return switch (message.getOutcomeCase()) {
            case SESSION -> session(message.getSession());
            case CHALLENGE_ROUND -> round(message.getChallengeRound());
            case PENDING -> pending(message.getPending());
            case OUTCOME_NOT_SET -> throw newer();
        };
    }

    static Outcome outcome(AnswerChallengesResponse message) {
        return switch (message.getOutcomeCase()) {
            case SESSION -> session(message.getSession());
            case CHALLENGE_ROUND -> round(message.getChallengeRound());
            case PENDING -> pending(message.getPending());
            case OUTCOME_NOT_SET -> throw newer();
        };
    }

    static FinalOutcome outcome(CachedAuthorizeResponse message) {
        return switch (message.getOutcomeCase()) {
            case SESSION -> session(message.getSession());
            case PENDING -> pending(message.getPending());
            case OUTCOME_NOT_SET -> throw newer();
        };
    }

    private static StatusRuntimeException newer() {
        return Status.UNKNOWN.withDescription("the outcome is newer than this client").asRuntimeException();
    }

    private static Session session(flinks.gateway.v1.Session message) {
        return new Session(
                message.getRequestId(),
                message.hasLogin() ? Optional.of(login(message.getLogin())) : Optional.empty(),
                message.hasInstitution() ? Optional.of(institution(message.getInstitution())) : Optional.empty(),
                links(message.getLinksList()),
                message.getTag());
    }

    private static Login login(flinks.gateway.v1.Login message) {
        return new Login(
                message.getLoginId(),
                message.getUsername(),
                message.getType() == flinks.gateway.v1.LoginType.UNRECOGNIZED
                        ? LoginType.OTHER
                        : LoginType.of(message.getType().name()),
                message.getScheduledRefresh(),
                message.hasLastRefreshTime() ? Optional.of(instant(message.getLastRefreshTime())) : Optional.empty(),
                message.getTypeName());
    }

    private static PendingOperation pending(flinks.gateway.v1.PendingOperation message) {
        return new PendingOperation(message.getRequestId(), message.getFlinksCode(), links(message.getLinksList()));
    }

    private static ChallengeRound round(flinks.gateway.v1.ChallengeRound message) {
        return new ChallengeRound(
                message.getContinuation(),
                message.getRequestId(),
                message.getChallengesList().stream().map(Convert::challenge).toList(),
                message.getRound(),
                message.getPreviousAnswersRejected(),
                instant(message.getExpireTime()),
                message.hasInstitution() ? Optional.of(institution(message.getInstitution())) : Optional.empty(),
                message.getTag());
    }

    private static Challenge challenge(flinks.gateway.v1.Challenge message) {
        String id = message.getId();
        String prompt = message.getPrompt();
        return switch (message.getKindCase()) {
            case QUESTION_AND_ANSWER -> new Challenge.QuestionAndAnswer(id, prompt);
            case QUESTION_SELECTION ->
                new Challenge.QuestionSelection(id, prompt, message.getQuestionSelection().getQuestionsList());
            case MULTIPLE_CHOICE ->
                new Challenge.MultipleChoice(id, prompt, message.getMultipleChoice().getChoicesList());
            case MULTIPLE_SELECTION ->
                new Challenge.MultipleSelection(id, prompt, message.getMultipleSelection().getChoicesList());
            case IMAGE_SELECTION ->
                new Challenge.ImageSelection(
                        id,
                        prompt,
                        message.getImageSelection().getImagesList().stream()
                                .map(image -> new Image(image.getContent().toByteArray(), image.getMediaType()))
                                .toList());
            case TEXT_OR_CALL ->
                new Challenge.TextOrCall(id, prompt, message.getTextOrCall().getPhoneNumbersList());
            case UNRECOGNIZED ->
                new Challenge.UnrecognizedChallenge(
                        id,
                        prompt,
                        message.getUnrecognized().getType(),
                        message.getUnrecognized().getIterablesList(),
                        message.getUnrecognized().hasRaw()
                                ? Optional.of(map(message.getUnrecognized().getRaw()))
                                : Optional.empty());
            case KIND_NOT_SET ->
                new Challenge.UnrecognizedChallenge(id, prompt, "", List.of(), Optional.empty());
        };
    }

    private static Institution institution(flinks.gateway.v1.Institution message) {
        return new Institution(message.getName(), message.getDisplayName(), message.getId());
    }

    private static List<Link> links(List<flinks.gateway.v1.Link> messages) {
        return messages.stream()
                .map(message -> new Link(
                        Resource.of(message.getResource().name()),
                        message.getRel(),
                        message.getHref(),
                        message.getExample()))
                .toList();
    }

    private static Map<String, Object> map(Struct struct) {
        Map<String, Object> map = new LinkedHashMap<>();
        struct.getFieldsMap().forEach((name, value) -> map.put(name, object(value)));
        return Collections.unmodifiableMap(map);
    }

    private static Object object(Value value) {
        return switch (value.getKindCase()) {
            case NULL_VALUE, KIND_NOT_SET -> null;
            case NUMBER_VALUE -> value.getNumberValue();
            case STRING_VALUE -> value.getStringValue();
            case BOOL_VALUE -> value.getBoolValue();
            case STRUCT_VALUE -> map(value.getStructValue());
            case LIST_VALUE -> {
                List<Object> list = new ArrayList<>();
                value.getListValue().getValuesList().forEach(item -> list.add(object(item)));
                yield Collections.unmodifiableList(list);
            }
        };
    }

    private static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    static Duration duration(com.google.protobuf.Duration duration) {
        return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
    }
}
