// Which addresses and options are refused before anything is connected.
package flinks.gateway.client;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectTest {
    private static ConnectOptions plaintext() {
        return ConnectOptions.defaults().plaintext(true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost:1", "LocalHost:1", "127.0.0.1:65535", "127.255.3.4:1", "[::1]:1", "[0:0:0:0:0:0:0:1]:1"
            })
    void plaintextReachesLoopback(String address) {
        assertDoesNotThrow(() -> GatewayClient.connect(address, plaintext()).close());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gateway.example:1", "10.0.0.1:1", "127.0.0.1.example:1", "127.evil.example:1", "127.0.0.256:1",
                "0.0.0.0:1", "[::11]:1", "[1::1]:1", "localhost.example:1", "128.0.0.1:1", "[::2]:1", "[::]:1", "[fe80::1]:1", "[1:2]:1"
            })
    void plaintextGoesNoFurther(String address) {
        assertThrows(IllegalArgumentException.class, () -> GatewayClient.connect(address, plaintext()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "localhost", "localhost:", ":1", "localhost:0", "localhost:65536", "localhost:99999999999", "::1:1",
                "user@localhost:1", "https://localhost:1", "dns:///localhost:1", "localhost:1/path", "local host:1"
            })
    void addressIsHostAndPort(String address) {
        assertThrows(IllegalArgumentException.class, () -> GatewayClient.connect(address, plaintext()));
    }

    @Test
    void contradictionsAreRefused() {
        refused(ConnectOptions.defaults().certificate("pem"));
        refused(ConnectOptions.defaults().privateKey("pem"));
        refused(ConnectOptions.defaults().dangerouslyAllowPlaintextBeyondLoopback(true));
        refused(plaintext().ca("pem"));
        refused(plaintext().certificate("pem").privateKey("pem"));
        ConnectOptions tls = ConnectOptions.defaults();
        assertThrows(IllegalArgumentException.class, () -> tls.liveTimeout(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> tls.cachedTimeout(Duration.ofSeconds(-1)));
        assertThrows(IllegalArgumentException.class, () -> tls.bearerToken(""));
    }

    @Test
    void unreadablePemIsRefusedWithoutBeingQuoted() {
        refused(ConnectOptions.defaults().ca("canary"));
        refused(ConnectOptions.defaults().certificate("canary").privateKey("canary"));
    }

    private static void refused(ConnectOptions options) {
        IllegalArgumentException error = assertThrows(
                IllegalArgumentException.class, () -> GatewayClient.connect("localhost:1", options));
        assertFalse(error.toString().contains("canary"));
    }
}
