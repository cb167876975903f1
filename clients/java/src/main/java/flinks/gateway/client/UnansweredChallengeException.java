// What `Answerer.byKind()` says where it has no function.
package flinks.gateway.client;

/** {@link Answerer#byKind()} was asked a kind of challenge for which it was given no function. Nothing was sent. */
public final class UnansweredChallengeException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    /** The kind. */
    private final Class<? extends Challenge> kind;

    UnansweredChallengeException(Class<? extends Challenge> kind) {
        super("no function answers a " + kind.getSimpleName());
        this.kind = kind;
    }

    /** {@return the kind, such as {@link Challenge.TextOrCall}} */
    public Class<? extends Challenge> kind() {
        return kind;
    }
}
