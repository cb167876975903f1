// Reopening a saved login.
package flinks.gateway.client;

import com.google.gson.annotations.JsonAdapter;

/**
 * Which saved login to reopen: {@code CachedAuthorizeRequest.of(loginId)}.
 *
 * @param loginId the {@link Login#loginId()} of an earlier session
 * @param tag what Flinks stores with the request and echoes; empty sends none
 * @param instance which of the gateway's Flinks instances holds the login; empty is its default
 */
@JsonAdapter(Redacted.Adapter.class)
public record CachedAuthorizeRequest(String loginId, String tag, String instance) implements Redacted {
    /**
     * Makes a request.
     *
     * @param loginId the {@link Login#loginId()} of an earlier session
     * @return the request, without tag, to the default instance
     */
    public static CachedAuthorizeRequest of(String loginId) {
        return new CachedAuthorizeRequest(loginId, "", "");
    }

    /**
     * Adds what Flinks stores with the request and echoes.
     *
     * @param tag at most 512 characters
     * @return a request with it
     */
    public CachedAuthorizeRequest tag(String tag) {
        return new CachedAuthorizeRequest(loginId, tag, instance);
    }

    /**
     * Chooses the Flinks instance that holds the login.
     *
     * @param instance its name, such as {@code ca}
     * @return a request with it
     */
    public CachedAuthorizeRequest instance(String instance) {
        return new CachedAuthorizeRequest(loginId, tag, instance);
    }

    @Override
    public String toString() {
        return "CachedAuthorizeRequest[loginId=" + MARK + ", tag=" + MARK + ", instance=" + instance + "]";
    }
}
