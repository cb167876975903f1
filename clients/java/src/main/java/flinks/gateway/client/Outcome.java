// How a live call may end.
package flinks.gateway.client;

import java.util.function.Function;

/** How a sign-in went, or goes on: a {@link Session}, a {@link ChallengeRound} or a {@link PendingOperation}. */
public sealed interface Outcome permits FinalOutcome, ChallengeRound {
    /**
     * Continues with the function for what this is; the compiler sees to it that no case is forgotten.
     *
     * @param session the customer is signed in
     * @param round the bank wants answers first
     * @param pending Flinks works on it in the background
     * @param <R> what the functions return
     * @return what the function returned
     */
    <R> R fold(
            Function<? super Session, ? extends R> session,
            Function<? super ChallengeRound, ? extends R> round,
            Function<? super PendingOperation, ? extends R> pending);
}
