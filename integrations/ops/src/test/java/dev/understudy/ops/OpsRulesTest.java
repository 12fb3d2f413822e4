package dev.understudy.ops;

import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethod;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;

/** The rules of the code of this module that a compiler does not check. */
class OpsRulesTest {

    private static final JavaClasses OPS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-test/"))
            .importPackages("dev.understudy.ops");

    /** {@code Admin.routes()} and {@code Admin.handle} exist to be mounted on a server of reactor-netty. */
    @Test
    void noTypeOfJacksonOrNettyInAPublicSignature() {
        methods()
                .that()
                .areDeclaredInClassesThat()
                .arePublic()
                .and()
                .arePublic()
                .and()
                .doNotHaveFullName("dev.understudy.ops.admin.Admin.routes()")
                .and()
                .doNotHaveName("handle")
                .should(showNoneOf("tools.jackson.", "com.fasterxml.", "io.netty.", "reactor.netty."))
                .check(OPS);
    }

    @Test
    void timeAndChanceComeFromOutside() {
        noClasses()
                .should(callMethod(System.class, "currentTimeMillis"))
                .orShould(callMethod(System.class, "nanoTime"))
                .orShould(callMethod(java.time.Instant.class, "now"))
                .orShould(callMethod(java.time.LocalDateTime.class, "now"))
                .orShould(callMethod(Math.class, "random"))
                .orShould(callMethod(java.util.UUID.class, "randomUUID")) // reads a device, which blocks
                .check(OPS);
    }

    @Test
    void nothingSleepsOrBlocks() {
        noClasses()
                .should(callMethod(Thread.class, "sleep", long.class))
                .orShould()
                .callMethodWhere(named(
                        Publisher.class,
                        Set.of("block", "blockOptional", "blockFirst", "blockLast", "toIterable", "toStream")))
                .orShould()
                .callMethodWhere(named(java.util.concurrent.Future.class, Set.of("get", "join")))
                .check(OPS);
    }

    @Test
    void onlyBackgroundWorkSubscribes() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.understudy.ops.webhook.WebhookQueue")
                .and()
                .doNotHaveFullyQualifiedName("dev.understudy.ops.agent.ConfigFileWatcher")
                .and()
                .doNotHaveFullyQualifiedName("dev.understudy.ops.agent.CatalogRefresher")
                .should()
                .callMethodWhere(named(Publisher.class, Set.of("subscribe"))
                        .and(DescribedPredicate.describe(
                                "outside of subscribe(…)",
                                call -> !call.getOrigin().getName().equals("subscribe"))))
                .check(OPS);
    }

    @Test
    void noGlobalHookIsSet() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("reactor.core.publisher.Hooks")
                .check(OPS);
    }

    @Test
    void noClassIsNamedManagerHelperUtilOrImpl() {
        noClasses().should().haveNameMatching(".*(Manager|Helper|Utils?|Impl)").check(OPS);
    }

    private static DescribedPredicate<JavaMethodCall> named(Class<?> owner, Set<String> names) {
        return DescribedPredicate.describe(
                owner.getSimpleName() + "." + names,
                call -> names.contains(call.getTarget().getName())
                        && call.getTarget().getOwner().isAssignableTo(owner));
    }

    private static ArchCondition<JavaMethod> showNoneOf(String... packages) {
        return new ArchCondition<>("show none of " + List.of(packages)) {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                Stream.concat(Stream.of(method.getReturnType()), method.getParameterTypes().stream())
                        .flatMap(type -> type.getAllInvolvedRawTypes().stream())
                        .filter(type -> Stream.of(packages).anyMatch(type.getName()::startsWith))
                        .forEach(type -> events.add(SimpleConditionEvent.violated(
                                method, method.getFullName() + " shows " + type.getName())));
            }
        };
    }
}
