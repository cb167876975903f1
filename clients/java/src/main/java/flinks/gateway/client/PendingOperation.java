// A sign-in that goes on without us.
package flinks.gateway.client;

import java.util.List;
import java.util.function.Function;

/**
 * A sign-in that Flinks goes on with in the background. Whether the session opened shows when its data is asked for
 * at Flinks, with the request id.
 *
 * @param requestId names the session towards Flinks' data endpoints
 * @param flinksCode how Flinks put it, such as {@code OPERATION_PENDING}; empty when Flinks gave no code
 * @param links where Flinks says to ask
 */
public record PendingOperation(String requestId, String flinksCode, List<Link> links) implements FinalOutcome {
    @Override
    public <R> R fold(
            Function<? super Session, ? extends R> session, Function<? super PendingOperation, ? extends R> pending) {
        return pending.apply(this);
    }
}
