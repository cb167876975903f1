// Who answers the rounds of a sign-in.
package flinks.gateway.client;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Answers the rounds of a {@link GatewayClient#signIn signIn}.
 *
 * <p>It runs on a thread of its own, in the caller's {@link io.grpc.Context}; that thread is interrupted when the
 * round expires, or the sign-in is cancelled, before the answers are there.
 *
 * @param <X> the checked exception it may throw, such as {@link InterruptedException}; {@code signIn} throws the same
 */
@FunctionalInterface
public interface Answerer<X extends Exception> {
    /**
     * Gives the answers to a round.
     *
     * @param round what the bank asks
     * @return an answer to each of its challenges, in any order
     * @throws X ends the sign-in, which throws it unchanged
     */
    List<Answer> answer(ChallengeRound round) throws X;

    /** {@return an answerer that has a function for no kind of challenge yet} */
    static ByKind byKind() {
        return new ByKind();
    }

    /**
     * An answerer with a function for each kind of challenge. Where a kind has none, the sign-in ends with
     * {@link UnansweredChallengeException}. Give it its functions before it is used.
     */
    final class ByKind extends KindFunctions implements Answerer<RuntimeException> {
        private final Map<Class<? extends Challenge>, Function<Challenge, Answer>> functions = new HashMap<>();

        private ByKind() {}

        @Override
        <C extends Challenge> ByKind with(Class<C> kind, Function<? super C, Answer> function) {
            functions.put(kind, challenge -> function.apply(kind.cast(challenge)));
            return this;
        }

        @Override
        public List<Answer> answer(ChallengeRound round) {
            for (Challenge challenge : round.challenges()) {
                if (!functions.containsKey(challenge.getClass())) {
                    throw new UnansweredChallengeException(challenge.getClass());
                }
            }
            return round.challenges().stream()
                    .map(challenge -> functions.get(challenge.getClass()).apply(challenge))
                    .toList();
        }
    }
}
