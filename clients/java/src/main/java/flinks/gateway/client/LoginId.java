// A saved login as the subject of a live sign-in.
package flinks.gateway.client;

import com.google.gson.annotations.JsonAdapter;

/**
 * A saved login to refresh live, with the credentials that Flinks holds. The bank may challenge again.
 *
 * @param value the {@link Login#loginId()} of an earlier session
 */
@JsonAdapter(Redacted.Adapter.class)
public record LoginId(String value) implements Subject, Redacted {
    @Override
    public String toString() {
        return "LoginId[" + MARK + "]";
    }
}
