// A live sign-in, and what to keep of it.
package flinks.gateway.client;

import com.google.gson.annotations.JsonAdapter;

/**
 * Whom to sign in live, and what to keep of it: {@code AuthorizeRequest.of(subject).save(true)}, and then what is
 * wanted beyond that. Each method returns a request of its own.
 *
 * @param subject who signs in
 * @param save whether Flinks keeps the credentials and data after the call
 * @param language the language of the bank's prompts; unspecified leaves the choice to Flinks
 * @param tag what Flinks stores with the request and echoes; empty sends none
 * @param scheduleRefresh whether a login that is saved for the first time is refreshed every night
 * @param withMfaQuestions whether Flinks collects all the customer's security questions as well
 * @param instance which of the gateway's Flinks instances to use; empty is its default
 */
@JsonAdapter(Redacted.Adapter.class)
public record AuthorizeRequest(
        Subject subject,
        boolean save,
        Language language,
        String tag,
        boolean scheduleRefresh,
        boolean withMfaQuestions,
        String instance)
        implements Redacted {
    /**
     * Begins a request.
     *
     * @param subject who signs in
     * @return what becomes a request once {@code save} is said
     */
    public static Unsaved of(Subject subject) {
        return save -> new AuthorizeRequest(subject, save, Language.UNSPECIFIED, "", false, false, "");
    }

    /** A request that lacks {@code save}: what happens to a customer's bank password is no default. */
    @FunctionalInterface
    public interface Unsaved {
        /**
         * Says whether Flinks keeps the credentials and data after the call, so that the customer can be refreshed,
         * or reopened from cache, by their LoginId. With {@code false} the session may come without a login. To
         * refresh a saved login, Flinks documents {@code true}.
         *
         * @param save whether Flinks keeps them
         * @return the request
         */
        AuthorizeRequest save(boolean save);
    }

    /**
     * Chooses the language of the bank's prompts. It is part of a login's identity: a customer has one LoginId per
     * language.
     *
     * @param language the language
     * @return a request with it
     */
    public AuthorizeRequest language(Language language) {
        return new AuthorizeRequest(subject, save, language, tag, scheduleRefresh, withMfaQuestions, instance);
    }

    /**
     * Adds what Flinks stores with the request and echoes in its responses and webhooks.
     *
     * @param tag at most 512 characters
     * @return a request with it
     */
    public AuthorizeRequest tag(String tag) {
        return new AuthorizeRequest(subject, save, language, tag, scheduleRefresh, withMfaQuestions, instance);
    }

    /**
     * Turns the nightly refresh on for a login that is saved for the first time. Needs {@code save}.
     *
     * @param scheduleRefresh whether to
     * @return a request with it
     */
    public AuthorizeRequest scheduleRefresh(boolean scheduleRefresh) {
        return new AuthorizeRequest(subject, save, language, tag, scheduleRefresh, withMfaQuestions, instance);
    }

    /**
     * Has Flinks collect all the security questions of the customer as well. Needs {@code save}.
     *
     * @param withMfaQuestions whether to
     * @return a request with it
     */
    public AuthorizeRequest withMfaQuestions(boolean withMfaQuestions) {
        return new AuthorizeRequest(subject, save, language, tag, scheduleRefresh, withMfaQuestions, instance);
    }

    /**
     * Chooses one of the gateway's configured Flinks instances.
     *
     * @param instance its name, such as {@code ca}
     * @return a request with it
     */
    public AuthorizeRequest instance(String instance) {
        return new AuthorizeRequest(subject, save, language, tag, scheduleRefresh, withMfaQuestions, instance);
    }

    @Override
    public String toString() {
        return "AuthorizeRequest[subject=" + subject + ", save=" + save + ", language=" + language + ", tag=" + MARK
                + ", scheduleRefresh=" + scheduleRefresh + ", withMfaQuestions=" + withMfaQuestions + ", instance="
                + instance + "]";
    }
}
