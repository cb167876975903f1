// How a call may end that asks nothing.
package flinks.gateway.client;

import java.util.function.Function;

/** An outcome that asks for nothing more: a {@link Session} or a {@link PendingOperation}. */
public sealed interface FinalOutcome extends Outcome permits Session, PendingOperation {
    /**
     * Continues with the function for what this is; the compiler sees to it that no case is forgotten.
     *
     * @param session the customer is signed in
     * @param pending Flinks works on it in the background
     * @param <R> what the functions return
     * @return what the function returned
     */
    <R> R fold(Function<? super Session, ? extends R> session, Function<? super PendingOperation, ? extends R> pending);

    @Override
    default <R> R fold(
            Function<? super Session, ? extends R> session,
            Function<? super ChallengeRound, ? extends R> round,
            Function<? super PendingOperation, ? extends R> pending) {
        return fold(session, pending);
    }
}
