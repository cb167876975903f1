// What the bank asks at once.
package flinks.gateway.client;

import com.google.gson.annotations.JsonAdapter;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The questions that a bank asks at once; all must be answered in one {@link GatewayClient#answer answer}.
 *
 * @param continuation all that an answer needs, sealed: keep it where the customer's session is kept, and answer from
 *     any process. A secret; large where there are images
 * @param requestId Flinks' name for the session that is being opened, for correlation only
 * @param challenges what is asked, in Flinks' order
 * @param round which round of the sign-in this is, from 1
 * @param previousAnswersRejected whether the bank refused the answers to the round before and asks again
 * @param expireTime until when the round can be answered
 * @param institution the bank that asks; absent when Flinks did not name it
 * @param tag the request's tag, as Flinks echoed it
 */
@JsonAdapter(Redacted.Adapter.class)
public record ChallengeRound(
        String continuation,
        String requestId,
        List<Challenge> challenges,
        int round,
        boolean previousAnswersRejected,
        Instant expireTime,
        Optional<Institution> institution,
        String tag)
        implements Outcome, Redacted {
    @Override
    public <R> R fold(
            Function<? super Session, ? extends R> session,
            Function<? super ChallengeRound, ? extends R> round,
            Function<? super PendingOperation, ? extends R> pending) {
        return round.apply(this);
    }

    @Override
    public String toString() {
        return "ChallengeRound[continuation=" + MARK + ", requestId=" + requestId + ", challenges=" + challenges
                + ", round=" + round + ", previousAnswersRejected=" + previousAnswersRejected + ", expireTime="
                + expireTime + ", institution=" + institution + ", tag=" + MARK + "]";
    }
}
