// What Flinks offers next.
package flinks.gateway.client;

/**
 * A step that Flinks offers next. What Flinks did not say is empty.
 *
 * @param resource what the link leads to, told from {@code rel}
 * @param rel the same in Flinks' own words, such as {@code AccountsDetail}
 * @param href the path below Flinks' {@code …/BankingServices}, such as {@code /GetAccountsDetail}
 * @param example an example of the path with its parameters
 */
public record Link(Resource resource, String rel, String href, String example) {}
