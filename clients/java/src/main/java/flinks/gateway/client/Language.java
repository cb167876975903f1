// The language of a bank's prompts.
package flinks.gateway.client;

/** The language of a bank's prompts. */
public enum Language {
    /** English. */
    EN,

    /** French. */
    FR
}
