// What a bank may ask.
package flinks.gateway.client;

import com.google.gson.annotations.JsonAdapter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One question of a bank's, of one kind. Texts are the bank's, byte for byte. */
@JsonAdapter(Redacted.Adapter.class)
public sealed interface Challenge extends Redacted {
    /** {@return the name of the challenge within its round: what an {@link Answer} is given} */
    String id();

    /** {@return what to show the customer; may be empty where the bank lets pictures or phone numbers speak} */
    String prompt();

    /**
     * Continues with the visitor's method for this kind. (Java 21 can {@code switch} over a challenge instead.)
     *
     * @param visitor has a method for each kind; the compiler sees to it that none is forgotten
     * @param <R> what they return
     * @return what the method returned
     */
    <R> R accept(Visitor<R> visitor);

    /**
     * A method for each kind of challenge.
     *
     * @param <R> what they return
     */
    interface Visitor<R> {
        /**
         * For a {@link QuestionAndAnswer}.
         *
         * @param challenge the challenge
         * @return what {@link Challenge#accept} is to return
         */
        R questionAndAnswer(QuestionAndAnswer challenge);

        /**
         * For a {@link QuestionSelection}.
         *
         * @param challenge the challenge
         * @return what {@link Challenge#accept} is to return
         */
        R questionSelection(QuestionSelection challenge);

        /**
         * For a {@link MultipleChoice}.
         *
         * @param challenge the challenge
         * @return what {@link Challenge#accept} is to return
         */
        R multipleChoice(MultipleChoice challenge);

        /**
         * For a {@link MultipleSelection}.
         *
         * @param challenge the challenge
         * @return what {@link Challenge#accept} is to return
         */
        R multipleSelection(MultipleSelection challenge);

        /**
         * For a {@link ImageSelection}.
         *
         * @param challenge the challenge
         * @return what {@link Challenge#accept} is to return
         */
        R imageSelection(ImageSelection challenge);

        /**
         * For a {@link TextOrCall}.
         *
         * @param challenge the challenge
         * @return what {@link Challenge#accept} is to return
         */
        R textOrCall(TextOrCall challenge);

        /**
         * For a {@link UnrecognizedChallenge}.
         *
         * @param challenge the challenge
         * @return what {@link Challenge#accept} is to return
         */
        R unrecognizedChallenge(UnrecognizedChallenge challenge);
    }

    /**
     * A question to answer in the customer's own words: a security question, or a code that the bank has sent.
     * Answered with {@link Answer#text}.
     *
     * @param id names the challenge within its round
     * @param prompt what to show the customer
     */
    @JsonAdapter(Redacted.Adapter.class)
    record QuestionAndAnswer(String id, String prompt) implements Challenge {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.questionAndAnswer(this);
        }

        @Override
        public String toString() {
            return "QuestionAndAnswer[id=" + id + ", prompt=" + MARK + "]";
        }
    }

    /**
     * The customer picks one of several questions and answers it. Answered with {@link Answer#selectedQuestion}.
     *
     * @param id names the challenge within its round
     * @param prompt what to show the customer
     * @param questions what to pick from, in the bank's order
     */
    @JsonAdapter(Redacted.Adapter.class)
    record QuestionSelection(String id, String prompt, List<String> questions) implements Challenge {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.questionSelection(this);
        }

        @Override
        public String toString() {
            return "QuestionSelection[id=" + id + ", prompt=" + MARK + ", questions=" + MARK + "]";
        }
    }

    /**
     * The customer picks exactly one choice. Answered with {@link Answer#choice}.
     *
     * @param id names the challenge within its round
     * @param prompt what to show the customer
     * @param choices what to pick from, in the bank's order
     */
    @JsonAdapter(Redacted.Adapter.class)
    record MultipleChoice(String id, String prompt, List<String> choices) implements Challenge {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.multipleChoice(this);
        }

        @Override
        public String toString() {
            return "MultipleChoice[id=" + id + ", prompt=" + MARK + ", choices=" + MARK + "]";
        }
    }

    /**
     * The customer picks one or more choices. Answered with {@link Answer#choices}.
     *
     * @param id names the challenge within its round
     * @param prompt what to show the customer
     * @param choices what to pick from, in the bank's order
     */
    @JsonAdapter(Redacted.Adapter.class)
    record MultipleSelection(String id, String prompt, List<String> choices) implements Challenge {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.multipleSelection(this);
        }

        @Override
        public String toString() {
            return "MultipleSelection[id=" + id + ", prompt=" + MARK + ", choices=" + MARK + "]";
        }
    }

    /**
     * The customer picks the picture they once chose. Answered with {@link Answer#imageIndex}.
     *
     * @param id names the challenge within its round
     * @param prompt what to show the customer
     * @param images the pictures to pick from, in the bank's order; the answer counts them from 0
     */
    @JsonAdapter(Redacted.Adapter.class)
    record ImageSelection(String id, String prompt, List<Image> images) implements Challenge {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.imageSelection(this);
        }

        @Override
        public String toString() {
            return "ImageSelection[id=" + id + ", prompt=" + MARK + ", images=" + images + "]";
        }
    }

    /**
     * The customer picks the phone that the bank sends a code to, and how. The code is asked for in the next round.
     * Answered with {@link Answer#codeDelivery}.
     *
     * @param id names the challenge within its round
     * @param prompt what to show the customer
     * @param phoneNumbers the phone numbers to pick from, masked by the bank
     */
    @JsonAdapter(Redacted.Adapter.class)
    record TextOrCall(String id, String prompt, List<String> phoneNumbers) implements Challenge {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.textOrCall(this);
        }

        @Override
        public String toString() {
            return "TextOrCall[id=" + id + ", prompt=" + MARK + ", phoneNumbers=" + MARK + "]";
        }
    }

    /**
     * A challenge of a kind that the gateway does not know, or one newer than this client. Show the prompt and what
     * else is here. Answered with {@link Answer#raw}.
     *
     * @param id names the challenge within its round
     * @param prompt what to show the customer
     * @param type the kind in Flinks' own words; empty when Flinks gave none, or the kind is newer than this client
     * @param iterables the strings that came with it, often the choices
     * @param raw the whole challenge as Flinks sent it: {@code null}, {@code Boolean}, {@code Double}, {@code
     *     String}, {@code List} and {@code Map} for JSON's values; absent for a kind that is newer than this client
     */
    @JsonAdapter(Redacted.Adapter.class)
    record UnrecognizedChallenge(
            String id, String prompt, String type, List<String> iterables, Optional<Map<String, Object>> raw)
            implements Challenge {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.unrecognizedChallenge(this);
        }

        @Override
        public String toString() {
            return "UnrecognizedChallenge[id=" + id + ", prompt=" + MARK + ", type=" + MARK + ", iterables=" + MARK
                    + ", raw=" + MARK + "]";
        }
    }
}
