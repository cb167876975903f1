// What `Answerer.byKind()` says where it has no function.
package flinks.gateway.client;

/** {@link Answerer#byKind()} was asked a kind of challenge for which it was given no function. Nothing was sent. */
public final class UnansweredChallengeException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    /** The contract's name for the kind. */
    private final String kind;

    UnansweredChallengeException(String kind) {
        super("no function answers challenges of the kind " + kind);
        this.kind = kind;
    }

    /** {@return the contract's name for the kind, such as {@code text_or_call}} */
    public String kind() {
        return kind;
    }
}
