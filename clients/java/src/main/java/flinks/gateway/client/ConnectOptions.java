// How to reach a gateway, and the checks that refuse what contradicts itself.
package flinks.gateway.client;

import com.google.gson.annotations.JsonAdapter;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * How to reach a gateway: TLS against Java's certificate authorities, unless said otherwise. Each method returns
 * options of its own. What contradicts itself is refused by {@link GatewayClient#connect(String, ConnectOptions)}.
 */
@JsonAdapter(Redacted.Adapter.class)
public final class ConnectOptions implements Redacted {
    private transient String ca;
    private transient String certificate;
    private transient String privateKey;
    private transient Supplier<String> bearerToken;
    private boolean plaintext;
    private boolean dangerouslyAllowPlaintextBeyondLoopback;
    private Duration liveTimeout = Duration.ofSeconds(250);
    private Duration cachedTimeout = Duration.ofSeconds(35);

    private ConnectOptions() {}

    /** {@return TLS against Java's certificate authorities} */
    public static ConnectOptions defaults() {
        return new ConnectOptions();
    }

    private ConnectOptions with(Consumer<ConnectOptions> change) {
        ConnectOptions copy = new ConnectOptions();
        copy.ca = ca;
        copy.certificate = certificate;
        copy.privateKey = privateKey;
        copy.bearerToken = bearerToken;
        copy.plaintext = plaintext;
        copy.dangerouslyAllowPlaintextBeyondLoopback = dangerouslyAllowPlaintextBeyondLoopback;
        copy.liveTimeout = liveTimeout;
        copy.cachedTimeout = cachedTimeout;
        change.accept(copy);
        return copy;
    }

    /**
     * Trusts these certificate authorities in place of Java's.
     *
     * @param pem their certificates
     * @return options that do
     */
    public ConnectOptions ca(String pem) {
        Objects.requireNonNull(pem, "ca");
        return with(options -> options.ca = pem);
    }

    /**
     * Shows the gateway a certificate (mTLS). Needs {@link #privateKey}.
     *
     * @param pem the client's certificate, and those between it and its authority
     * @return options that do
     */
    public ConnectOptions certificate(String pem) {
        Objects.requireNonNull(pem, "certificate");
        return with(options -> options.certificate = pem);
    }

    /**
     * Has the key of the {@link #certificate}.
     *
     * @param pem the key, in PKCS #8 ({@code BEGIN PRIVATE KEY}), not encrypted
     * @return options with it
     */
    public ConnectOptions privateKey(String pem) {
        Objects.requireNonNull(pem, "privateKey");
        return with(options -> options.privateKey = pem);
    }

    /**
     * Sends {@code authorization: Bearer …} with each call.
     *
     * @param token the token
     * @return options that do
     */
    public ConnectOptions bearerToken(String token) {
        checkToken(token);
        return bearerToken(() -> token);
    }

    /**
     * Sends {@code authorization: Bearer …} with each call, with a token that may change.
     *
     * @param token asked before each call, on the caller's thread; what it throws ends the call, which throws it
     *     unchanged
     * @return options that do
     */
    public ConnectOptions bearerToken(Supplier<String> token) {
        Objects.requireNonNull(token, "bearerToken");
        return with(options -> options.bearerToken = token);
    }

    /**
     * Goes without TLS; only to a loopback address ({@code localhost}, {@code 127.0.0.0/8}, {@code ::1}).
     *
     * @param plaintext whether to
     * @return options that do
     */
    public ConnectOptions plaintext(boolean plaintext) {
        return with(options -> options.plaintext = plaintext);
    }

    /**
     * Lets {@link #plaintext} go to any address: passwords then cross the network as they are, unless a mesh encrypts
     * on its own.
     *
     * @param allow whether to
     * @return options that do
     */
    public ConnectOptions dangerouslyAllowPlaintextBeyondLoopback(boolean allow) {
        return with(options -> options.dangerouslyAllowPlaintextBeyondLoopback = allow);
    }

    /**
     * Sets the deadline of {@code authorize} and {@code answer}, each; 250 seconds otherwise, a little more than the
     * gateway's own limit, so that the gateway is the one to answer.
     *
     * @param timeout more than zero
     * @return options with it
     */
    public ConnectOptions liveTimeout(Duration timeout) {
        checkTimeout(timeout);
        return with(options -> options.liveTimeout = timeout);
    }

    /**
     * Sets the deadline of {@code cachedAuthorize}; 35 seconds otherwise.
     *
     * @param timeout more than zero
     * @return options with it
     */
    public ConnectOptions cachedTimeout(Duration timeout) {
        checkTimeout(timeout);
        return with(options -> options.cachedTimeout = timeout);
    }

    static void checkTimeout(Duration timeout) {
        if (timeout.isZero() || timeout.isNegative()) {
            throw new IllegalArgumentException("a timeout is more than zero");
        }
    }

    private static String checkToken(String token) {
        if (!token.matches("[!-~]+")) {
            throw new IllegalArgumentException("a bearer token is ASCII without spaces, and not empty");
        }
        return token;
    }

    boolean hasPem() {
        return ca != null || certificate != null;
    }

    boolean isPlaintext() {
        return plaintext;
    }

    Duration liveTimeout() {
        return liveTimeout;
    }

    Duration cachedTimeout() {
        return cachedTimeout;
    }

    /** The value of the {@code authorization} header, or null. */
    String authorization() {
        return bearerToken == null ? null : "Bearer " + checkToken(bearerToken.get());
    }

    /** Refuses what contradicts itself, and makes gRPC's credentials of the rest. */
    ChannelCredentials credentials(Address address) {
        if ((certificate == null) != (privateKey == null)) {
            throw new IllegalArgumentException("certificate and privateKey need each other");
        }
        if (plaintext) {
            if (ca != null || certificate != null) {
                throw new IllegalArgumentException("plaintext leaves no use for ca, certificate and privateKey");
            }
            if (!dangerouslyAllowPlaintextBeyondLoopback && !address.isLoopback()) {
                throw new IllegalArgumentException("plaintext is for loopback addresses only");
            }
            return InsecureChannelCredentials.create();
        }
        if (dangerouslyAllowPlaintextBeyondLoopback) {
            throw new IllegalArgumentException("dangerouslyAllowPlaintextBeyondLoopback needs plaintext");
        }
        try {
            TlsChannelCredentials.Builder tls = TlsChannelCredentials.newBuilder();
            if (ca != null) {
                tls.trustManager(bytes(ca));
            }
            if (certificate != null) {
                tls.keyManager(bytes(certificate), bytes(privateKey));
            }
            return tls.build();
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static InputStream bytes(String pem) {
        return new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "ConnectOptions[ca=" + (ca != null) + ", certificate=" + (certificate != null) + ", privateKey="
                + (privateKey == null ? "false" : MARK) + ", bearerToken=" + (bearerToken == null ? "false" : MARK)
                + ", plaintext=" + plaintext + ", dangerouslyAllowPlaintextBeyondLoopback="
                + dangerouslyAllowPlaintextBeyondLoopback + ", liveTimeout=" + liveTimeout + ", cachedTimeout="
                + cachedTimeout + "]";
    }
}
