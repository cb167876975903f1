// What a customer signs in with.
package flinks.gateway.client;

import com.google.gson.annotations.JsonAdapter;

/**
 * What a customer signs in with at their bank. All is sent as it is, never trimmed.
 *
 * @param institution the bank, by Flinks' name for it, such as {@code FlinksCapital}
 * @param username the user name or card number at the bank
 * @param password the password at the bank
 */
@JsonAdapter(Redacted.Adapter.class)
public record Credentials(String institution, String username, String password) implements Subject, Redacted {
    @Override
    public String toString() {
        return "Credentials[institution=" + institution + ", username=" + MARK + ", password=" + MARK + "]";
    }
}
