/**
 * A client of flinks-gateway: signs a bank's customer in through Flinks.
 *
 * <p>Begin with {@link flinks.gateway.client.GatewayClient#connect(String) GatewayClient.connect}. Failed calls throw
 * {@link flinks.gateway.client.GatewayException}, which says what happened and who must do what next.
 *
 * <p>Nothing here takes or returns {@code null}: what may be absent is an {@link java.util.Optional}, an absent
 * string is empty. Values are never changed, and printing one (or writing it with Jackson or Gson) shows {@code
 * [redacted]} for passwords, user names, answers, LoginIds, continuations, prompts, choices, images, phone numbers,
 * tags and tokens.
 *
 * <p>The generated messages and stubs are in {@code flinks.gateway.v1}. They print their secrets.
 */
package flinks.gateway.client;
