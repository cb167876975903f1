// That no type with a secret is forgotten: every record of the package is filled with canaries and printed.
package flinks.gateway.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.gson.Gson;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RedactionTest {
    private static final String CANARY = "canary-7f3a";

    /** The components that the contract does not mark as secrets. A new one fails the test until somebody decides. */
    private static final Set<String> OPEN = Set.of(
            "CachedAuthorizeRequest.instance", "AuthorizeRequest.instance", "Credentials.institution",
            "Session.requestId", "Login.typeName", "ChallengeRound.requestId", "Image.mediaType",
            "Institution.name", "Institution.displayName", "Link.rel", "Link.href", "Link.example",
            "PendingOperation.requestId", "PendingOperation.flinksCode",
            "FieldViolation.field", "FieldViolation.description", "FieldViolation.reason", "QuestionAndAnswer.id",
            "QuestionSelection.id", "MultipleChoice.id", "MultipleSelection.id", "ImageSelection.id", "TextOrCall.id",
            "UnrecognizedChallenge.id", "Address.host", "Facts.reasonName", "Facts.requestId", "Facts.metadata");

    @Test
    void everyRecordPrintsOnlyWhatIsOpen() throws Exception {
        Set<String> printing = new TreeSet<>();
        for (Class<?> type : records()) {
            for (RecordComponent component : type.getRecordComponents()) {
                Object value = filled(type, component.getName());
                String name = type.getSimpleName() + "." + component.getName();
                if (value.toString().contains(CANARY)) {
                    printing.add(name);
                }
                if (value instanceof Redacted) {
                    assertEquals(value.toString(), new Gson().fromJson(new Gson().toJson(value), String.class), name);
                    ObjectMapper jackson = new ObjectMapper();
                    assertEquals(
                            value.toString(), jackson.readValue(jackson.writeValueAsString(value), String.class), name);
                }
            }
        }
        assertEquals(new TreeSet<>(OPEN), printing);
    }

    @Test
    void answersPrintTheirChallengeAndKindOnly() throws IOException {
        for (Answer answer : List.of(
                Answer.text("1", CANARY),
                Answer.selectedQuestion("1", CANARY, CANARY),
                Answer.choice("1", CANARY),
                Answer.choices("1", List.of(CANARY)),
                Answer.codeDelivery("1", CANARY, DeliveryMethod.CALL),
                Answer.raw("1", CANARY, List.of(CANARY)))) {
            assertTrue(answer.toString().contains("challengeId=1"));
            assertFalse((answer + new Gson().toJson(answer) + new ObjectMapper().writeValueAsString(answer))
                    .contains(CANARY));
        }
    }

    @Test
    void clientPrintsNoTokenAndNoKey() {
        ConnectOptions options = ConnectOptions.defaults().bearerToken(CANARY);
        try (GatewayClient client = GatewayClient.connect("localhost:1", options)) {
            assertFalse((client + new Gson().toJson(client)).contains(CANARY));
        }
        assertFalse(options.certificate(CANARY).privateKey(CANARY).toString().contains(CANARY));
        assertFalse(new Gson().toJson(options.privateKey(CANARY)).contains(CANARY));
    }

    private static List<Class<?>> records() throws Exception {
        Path classes = Path.of(GatewayClient.class.getProtectionDomain().getCodeSource().getLocation().toURI())
                .resolve("flinks/gateway/client");
        try (Stream<Path> files = Files.list(classes)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".class") && !name.equals("package-info.class"))
                    .<Class<?>>map(name -> load(name.substring(0, name.length() - ".class".length())))
                    .filter(Class::isRecord)
                    .toList();
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName("flinks.gateway.client." + name);
        } catch (ClassNotFoundException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** A record with the canary in one component, and innocent values in all others. */
    private static Object filled(Class<?> type, String secret) throws Exception {
        RecordComponent[] components = type.getRecordComponents();
        var constructor = type.getDeclaredConstructor(
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
        constructor.setAccessible(true);
        return constructor.newInstance(Arrays.stream(components)
                .map(component -> value(component.getGenericType(), component.getName().equals(secret) ? CANARY : "-"))
                .toArray());
    }

    private static Object value(Type type, String text) {
        if (type instanceof ParameterizedType generic) {
            Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            Object inner = value(last, text);
            if (generic.getRawType() == Optional.class) {
                return Optional.of(inner);
            }
            return generic.getRawType() == Map.class ? Collections.singletonMap(text, inner) : List.of(inner);
        }
        if (type == String.class || type == Object.class) {
            return text;
        }
        if (type == byte[].class) {
            return text.getBytes();
        }
        if (type == boolean.class) {
            return false;
        }
        if (type == int.class) {
            return 1;
        }
        if (type == Instant.class) {
            return Instant.EPOCH;
        }
        if (type == java.time.Duration.class) {
            return java.time.Duration.ZERO;
        }
        if (type == Subject.class) {
            return new LoginId(text);
        }
        if (type == Challenge.class) {
            return new Challenge.QuestionAndAnswer("1", text);
        }
        if (type instanceof Class<?> enumeration && enumeration.isEnum()) {
            return enumeration.getEnumConstants()[0];
        }
        try {
            Class<?> record = (Class<?>) type;
            return filled(record, "");
        } catch (Exception impossible) {
            throw new AssertionError(impossible);
        }
    }
}
