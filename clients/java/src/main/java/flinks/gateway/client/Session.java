// An open session.
package flinks.gateway.client;

import com.google.gson.annotations.JsonAdapter;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * An open session at Flinks. Flinks ends it 8 minutes after it was opened unless data is asked for, and after 30
 * minutes in any case.
 *
 * @param requestId names the session towards Flinks' data endpoints
 * @param login the saved login that was opened; absent when Flinks saved none
 * @param institution the bank; absent when Flinks did not name it
 * @param links what can be asked for next, as Flinks lists it
 * @param tag the request's tag, as Flinks echoed it
 */
@JsonAdapter(Redacted.Adapter.class)
public record Session(
        String requestId, Optional<Login> login, Optional<Institution> institution, List<Link> links, String tag)
        implements FinalOutcome, Redacted {
    @Override
    public <R> R fold(
            Function<? super Session, ? extends R> session, Function<? super PendingOperation, ? extends R> pending) {
        return session.apply(this);
    }

    @Override
    public String toString() {
        return "Session[requestId=" + requestId + ", login=" + login + ", institution=" + institution + ", links="
                + links + ", tag=" + MARK + "]";
    }
}
