// `host:port`, and whether that is this very machine.
package flinks.gateway.client;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

record Address(String host, int port) {
    private static final Pattern FORM = Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)\\]|([0-9A-Za-z._-]+)):([0-9]{1,5})");
    private static final Pattern LOOPBACK = Pattern.compile(
            "(?i:localhost)|127(\\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}|[0:]*:0{0,3}1");

    static Address of(String address) {
        Matcher parts = FORM.matcher(address);
        int port = parts.matches() ? Integer.parseInt(parts.group(3)) : 0;
        ConnectOptions.refuseIf(port == 0 || port > 0xffff, "an address is host:port, IPv6 in brackets");
        return new Address(parts.group(1) == null ? parts.group(2) : parts.group(1), port);
    }

    boolean isLoopback() {
        return LOOPBACK.matcher(host).matches();
    }
}
