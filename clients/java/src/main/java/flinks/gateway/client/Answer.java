// What a customer answers.
package flinks.gateway.client;

import com.google.gson.annotations.JsonAdapter;
import flinks.gateway.v1.ChallengeAnswer;
import flinks.gateway.v1.Choices;
import flinks.gateway.v1.CodeDelivery;
import flinks.gateway.v1.RawAnswer;
import flinks.gateway.v1.SelectedQuestion;
import java.util.List;

/** The answer to one challenge. Texts are sent byte for byte, never trimmed or recased. */
@JsonAdapter(Redacted.Adapter.class)
public final class Answer implements Redacted {
    private final transient ChallengeAnswer message;

    private Answer(ChallengeAnswer.Builder message) {
        this.message = message.build();
    }

    /**
     * Answers a {@link Challenge.QuestionAndAnswer}.
     *
     * @param challengeId the challenge's id
     * @param text what the customer typed
     * @return the answer
     */
    public static Answer text(String challengeId, String text) {
        return new Answer(to(challengeId).setText(text));
    }

    /**
     * Answers a {@link Challenge.QuestionSelection}.
     *
     * @param challengeId the challenge's id
     * @param question one of its questions, verbatim
     * @param text what the customer typed
     * @return the answer
     */
    public static Answer selectedQuestion(String challengeId, String question, String text) {
        return new Answer(to(challengeId)
                .setSelectedQuestion(
                        SelectedQuestion.newBuilder().setQuestion(question).setText(text)));
    }

    /**
     * Answers a {@link Challenge.MultipleChoice}.
     *
     * @param challengeId the challenge's id
     * @param choice one of its choices, verbatim
     * @return the answer
     */
    public static Answer choice(String challengeId, String choice) {
        return new Answer(to(challengeId).setChoice(choice));
    }

    /**
     * Answers a {@link Challenge.MultipleSelection}.
     *
     * @param challengeId the challenge's id
     * @param values at least one of its choices, verbatim
     * @return the answer
     */
    public static Answer choices(String challengeId, List<String> values) {
        return new Answer(to(challengeId).setChoices(Choices.newBuilder().addAllValues(values)));
    }

    /**
     * Answers a {@link Challenge.ImageSelection}.
     *
     * @param challengeId the challenge's id
     * @param index the picture's place, from 0
     * @return the answer
     */
    public static Answer imageIndex(String challengeId, int index) {
        return new Answer(to(challengeId).setImageIndex(index));
    }

    /**
     * Answers a {@link Challenge.TextOrCall}.
     *
     * @param challengeId the challenge's id
     * @param phoneNumber one of its phone numbers, verbatim, mask and all
     * @param method by text message or by a call
     * @return the answer
     */
    public static Answer codeDelivery(String challengeId, String phoneNumber, DeliveryMethod method) {
        return new Answer(to(challengeId)
                .setCodeDelivery(CodeDelivery.newBuilder()
                        .setPhoneNumber(phoneNumber)
                        .setMethod(flinks.gateway.v1.DeliveryMethod.valueOf(method.fullName()))));
    }

    /**
     * Answers any challenge, a {@link Challenge.UnrecognizedChallenge} above all, with what Flinks is to be sent.
     *
     * @param challengeId the challenge's id
     * @param key usually the challenge's prompt
     * @param values at least one value, sent as they are
     * @return the answer
     */
    public static Answer raw(String challengeId, String key, List<String> values) {
        return new Answer(to(challengeId)
                .setRaw(RawAnswer.newBuilder().setKey(key).addAllValues(values)));
    }

    private static ChallengeAnswer.Builder to(String challengeId) {
        return ChallengeAnswer.newBuilder().setChallengeId(challengeId);
    }

    /** {@return the id of the challenge that is answered} */
    public String challengeId() {
        return message.getChallengeId();
    }

    ChallengeAnswer message() {
        return message;
    }

    @Override
    public String toString() {
        return "Answer[challengeId=" + challengeId() + ", " + message.getAnswerCase() + "=" + MARK + "]";
    }
}
