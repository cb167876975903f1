// What the compiler must refuse: a forgotten outcome, a forgotten kind of challenge, a forgotten `save`.
package flinks.gateway.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.StringWriter;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

class ExhaustivenessTest {
    @Test
    void outcomeMustNotBeForgotten() {
        refuses("outcome.fold(session -> 1, round -> 2);");
        refuses("reopened.fold(session -> 1);");
        accepts("int one = outcome.fold(session -> 1, round -> 2, pending -> 3);");
        accepts("int one = reopened.fold(session -> 1, pending -> 3);");
    }

    @Test
    void kindOfChallengeMustNotBeForgotten() {
        List<String> methods = Arrays.stream(Challenge.class.getPermittedSubclasses())
                .map(kind -> kind.getSimpleName())
                .map(kind -> "public String " + Character.toLowerCase(kind.charAt(0)) + kind.substring(1) + "(Challenge."
                        + kind + " challenge) { return challenge.id(); }")
                .toList();
        String visitor = "challenge.accept(new Challenge.Visitor<String>() {%s});";
        refuses(String.format(visitor, String.join("", methods.subList(1, methods.size()))));
        accepts(String.format(visitor, String.join("", methods)));
    }

    @Test
    void saveMustBeSaid() {
        refuses("client.authorize(AuthorizeRequest.of(new LoginId(\"a\")));");
        refuses("client.authorize(AuthorizeRequest.of(new LoginId(\"a\")).tag(\"t\"));");
        accepts("client.authorize(AuthorizeRequest.of(new LoginId(\"a\")).save(false).tag(\"t\"));");
    }

    @Test
    void whatAnswerersThrowMustBeHandled() {
        String request = "AuthorizeRequest.of(new LoginId(\"a\")).save(true)";
        refuses("client.signIn(" + request + ", round -> { Thread.sleep(1); return List.of(); });");
        accepts("client.signIn(" + request + ", round -> List.of());");
        accepts("client.signIn(" + request + ", Answerer.byKind());");
        accepts("try { client.signIn(" + request + ", round -> { Thread.sleep(1); return List.of(); }); }"
                + " catch (InterruptedException e) {}");
    }

    private static void accepts(String statement) {
        StringWriter said = new StringWriter();
        assertEquals(true, compiles(statement, said), said::toString);
    }

    private static void refuses(String statement) {
        assertFalse(compiles(statement, new StringWriter()), statement);
    }

    private static boolean compiles(String statement, StringWriter said) {
        String program = "import flinks.gateway.client.*; import java.util.List; class Program { void run("
                + "GatewayClient client, Outcome outcome, FinalOutcome reopened, Challenge challenge) {"
                + statement + "} }";
        JavaFileObject source = new SimpleJavaFileObject(
                URI.create("string:///Program.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return program;
            }
        };
        String classes = GatewayClient.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        // Checked, but not written down.
        List<String> options = List.of("-proc:none", "-XDshould-stop.ifNoError=FLOW", "-classpath", classes);
        return ToolProvider.getSystemJavaCompiler().getTask(said, null, null, options, null, List.of(source)).call();
    }
}
