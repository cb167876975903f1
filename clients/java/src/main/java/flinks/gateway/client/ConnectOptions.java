// How to reach a gateway, and the checks that refuse what contradicts itself.
package flinks.gateway.client;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.TlsChannelCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * How to reach a gateway: TLS against Java's certificate authorities, unless said otherwise. Each method changes the
 * options and returns them; a client that is connected already keeps to what it had. What contradicts itself is refused
 * by {@link GatewayClient#connect(String, ConnectOptions)}.
 */
public final class ConnectOptions {
    // Gson writes all that is not transient; Jackson, and the toString of Object, know nothing of them.
    transient String ca;
    transient String certificate;
    transient String privateKey;
    transient Supplier<String> bearerToken;
    transient boolean plaintext;
    transient boolean dangerouslyAllowPlaintextBeyondLoopback;
    transient Duration liveTimeout = Duration.ofSeconds(250);
    transient Duration cachedTimeout = Duration.ofSeconds(35);

    private ConnectOptions() {}

    /** {@return TLS against Java's certificate authorities} */
    public static ConnectOptions defaults() {
        return new ConnectOptions();
    }

    /**
     * Trusts these certificate authorities in place of Java's.
     *
     * @param pem their certificates
     * @return these options
     */
    public ConnectOptions ca(String pem) {
        ca = Objects.requireNonNull(pem, "ca");
        return this;
    }

    /**
     * Shows the gateway a certificate (mTLS). Needs {@link #privateKey}.
     *
     * @param pem the client's certificate, and those between it and its authority
     * @return these options
     */
    public ConnectOptions certificate(String pem) {
        certificate = Objects.requireNonNull(pem, "certificate");
        return this;
    }

    /**
     * Has the key of the {@link #certificate}.
     *
     * @param pem the key, in PKCS #8 ({@code BEGIN PRIVATE KEY}), not encrypted
     * @return these options
     */
    public ConnectOptions privateKey(String pem) {
        privateKey = Objects.requireNonNull(pem, "privateKey");
        return this;
    }

    /**
     * Sends {@code authorization: Bearer …} with each call.
     *
     * @param token the token
     * @return these options
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
     * @return these options
     */
    public ConnectOptions bearerToken(Supplier<String> token) {
        bearerToken = Objects.requireNonNull(token, "bearerToken");
        return this;
    }

    /**
     * Goes without TLS; only to a loopback address ({@code localhost}, {@code 127.0.0.0/8}, {@code ::1}).
     *
     * @param plaintext whether to
     * @return these options
     */
    public ConnectOptions plaintext(boolean plaintext) {
        this.plaintext = plaintext;
        return this;
    }

    /**
     * Lets {@link #plaintext} go to any address: passwords then cross the network as they are, unless a mesh encrypts
     * on its own.
     *
     * @param allow whether to
     * @return these options
     */
    public ConnectOptions dangerouslyAllowPlaintextBeyondLoopback(boolean allow) {
        dangerouslyAllowPlaintextBeyondLoopback = allow;
        return this;
    }

    /**
     * Sets the deadline of {@code authorize} and {@code answer}, each; 250 seconds otherwise, a little more than the
     * gateway's own limit, so that the gateway is the one to answer.
     *
     * @param timeout more than zero
     * @return these options
     */
    public ConnectOptions liveTimeout(Duration timeout) {
        liveTimeout = checkTimeout(timeout);
        return this;
    }

    /**
     * Sets the deadline of {@code cachedAuthorize}; 35 seconds otherwise.
     *
     * @param timeout more than zero
     * @return these options
     */
    public ConnectOptions cachedTimeout(Duration timeout) {
        cachedTimeout = checkTimeout(timeout);
        return this;
    }

    static Duration checkTimeout(Duration timeout) {
        refuseIf(timeout.isZero() || timeout.isNegative(), "a timeout is more than zero");
        return timeout;
    }

    static String checkToken(String token) {
        refuseIf(!token.matches("[!-~]+"), "a bearer token is ASCII without spaces, and not empty");
        return token;
    }

    static void refuseIf(boolean wrong, String reason) {
        if (wrong) {
            throw new IllegalArgumentException(reason);
        }
    }

    /** Refuses what contradicts itself, and begins gRPC's channel with the rest. */
    ManagedChannelBuilder<?> channel(Address address) {
        boolean pem = ca != null || certificate != null;
        boolean anywhere = dangerouslyAllowPlaintextBeyondLoopback;
        refuseIf((certificate == null) != (privateKey == null), "certificate and privateKey need each other");
        refuseIf(anywhere && !plaintext, "dangerouslyAllowPlaintextBeyondLoopback needs plaintext");
        refuseIf(plaintext && pem, "plaintext leaves no use for ca, certificate and privateKey");
        refuseIf(plaintext && !anywhere && !address.isLoopback(), "plaintext is for loopback addresses only");
        if (plaintext) {
            // What is allowed in the clear goes straight to where it was allowed to go.
            return channel(address, InsecureChannelCredentials.create()).proxyDetector(target -> null);
        }
        if (!pem) {
            return channel(address, TlsChannelCredentials.create());
        }
        try {
            TlsChannelCredentials.Builder tls = TlsChannelCredentials.newBuilder();
            if (ca != null) {
                tls.trustManager(bytes(ca));
            }
            if (certificate != null) {
                tls.keyManager(bytes(certificate), bytes(privateKey));
            }
            return channel(address, tls.build());
        } catch (IOException | RuntimeException unusable) {
            // Without its cause, which may quote what it could not read.
            throw new IllegalArgumentException("ca, certificate or privateKey is no PEM that TLS can use");
        }
    }

    private static ManagedChannelBuilder<?> channel(Address address, ChannelCredentials credentials) {
        return Grpc.newChannelBuilderForAddress(address.host(), address.port(), credentials);
    }

    private static InputStream bytes(String pem) {
        return new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8));
    }
}
