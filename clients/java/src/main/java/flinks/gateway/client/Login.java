// A saved login.
package flinks.gateway.client;

import com.google.gson.annotations.JsonAdapter;
import java.time.Instant;
import java.util.Optional;

/**
 * A saved login: the reference to a customer's credentials and data at Flinks.
 *
 * @param loginId reopens the login: whoever has it can, so keep it like a password
 * @param username the user name at the bank as it was typed; empty when Flinks gave none
 * @param type whose accounts these are
 * @param scheduledRefresh whether Flinks refreshes the login every night
 * @param lastRefreshTime when the bank was last asked, to 100 nanoseconds; absent when Flinks gave none
 * @param typeName the type in Flinks' own words, such as {@code Personal}; empty when Flinks gave none
 */
@JsonAdapter(Redacted.Adapter.class)
public record Login(
        String loginId,
        String username,
        LoginType type,
        boolean scheduledRefresh,
        Optional<Instant> lastRefreshTime,
        String typeName)
        implements Redacted {
    @Override
    public String toString() {
        return "Login[loginId=" + MARK + ", username=" + MARK + ", type=" + type + ", scheduledRefresh="
                + scheduledRefresh + ", lastRefreshTime=" + lastRefreshTime + ", typeName=" + typeName + "]";
    }
}
