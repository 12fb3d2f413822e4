package dev.understudy.architecture;

import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethod;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.members;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import dev.understudy.provider.endpoint.Transport;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;

/** Rules of the packages and classes of core: dependencies, names, blocking calls, sources of time and random values. */
class CoreArchitectureTest {

    private static final String ROOT = "dev.understudy";
    private static final String CHAT = ROOT + ".chat";
    private static final String POLICY = ROOT + ".policy";
    private static final String EVENT = ROOT + ".event";
    private static final String GUARD = ROOT + ".guard";
    private static final String TRIM = ROOT + ".trim";
    private static final String SHARED = ROOT + ".shared";
    private static final String POOL = ROOT + ".pool";
    private static final String OPERATOR = ROOT + ".operator";
    private static final String CALL = ROOT + ".call";
    private static final String PROVIDER = ROOT + ".provider";
    private static final String PROVIDERS = PROVIDER + "..";
    private static final String TESTING = ROOT + ".testing..";

    private static final String[] BASE = {
        "java..", "org.reactivestreams..", "reactor.core..", "reactor.util..", "org.jspecify.."
    };
    private static final String[] REACTOR_EXTRA = {"reactor.math..", "reactor.bool..", "reactor.function.."};
    private static final String[] WIRE = {"io.netty..", "reactor.netty..", "tools.jackson.."};

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    static Stream<Arguments> dependencies() {
        return Stream.of(
                arguments(CHAT, List.of()),
                arguments(POLICY, List.of(CHAT)),
                arguments(EVENT, List.of(CHAT)),
                arguments(GUARD, List.of(CHAT, POLICY, EVENT)),
                arguments(TRIM, List.of(CHAT, POLICY)),
                arguments(SHARED, List.of(CHAT)),
                arguments(POOL, List.of(CHAT, POLICY, EVENT, GUARD, SHARED)),
                arguments(OPERATOR, List.of()),
                arguments(CALL, List.of(CHAT, POLICY, EVENT, GUARD, OPERATOR, TRIM, POOL)),
                arguments(ROOT, List.of(CHAT, POLICY, EVENT, GUARD, TRIM, SHARED, POOL, CALL, PROVIDER + ".error")),
                arguments(PROVIDERS, List.of(CHAT, GUARD, OPERATOR, "javax.net.ssl..")),
                arguments(TESTING, List.of(CHAT)));
    }

    @ParameterizedTest
    @MethodSource("dependencies")
    void packageDependsOnTheListedPackagesOnly(String of, List<String> on) {
        boolean usesWire = of.equals(PROVIDERS) || of.equals(TESTING);
        String[] allowed = Stream.of(BASE, REACTOR_EXTRA, usesWire ? WIRE : new String[0], new String[] {of})
                .flatMap(Stream::of)
                .toArray(String[]::new);
        classes()
                .that()
                .resideInAPackage(of)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        Stream.concat(Stream.of(allowed), on.stream()).toArray(String[]::new))
                .check(CORE);
    }

    @Test
    void packagesAreFreeOfCycles() {
        SlicesRuleDefinition.slices()
                .matching(ROOT + ".(*)..")
                .should()
                .beFreeOfCycles()
                .check(CORE);
    }

    @Test
    void vendorPackagesDoNotDependOnHttp() {
        noClasses()
                .that()
                .resideInAPackage(PROVIDERS)
                .and()
                .resideOutsideOfPackages(PROVIDER, PROVIDER + ".http")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(PROVIDER + ".http")
                .check(CORE);
    }

    @Test
    void publicSignaturesHaveNoTypesOfJacksonOrNetty() {
        members()
                .that()
                .areDeclaredInClassesThat(arePublicWithAllEnclosingTypes())
                .and(arePublicOrProtected())
                .and(DescribedPredicate.not(belongToTheHookOfAConnection()))
                .should(exposeNoneOf("tools.jackson.", "com.fasterxml.", "io.netty.", "reactor.netty."))
                .check(CORE);
    }

    @Test
    void namesSayWhatAClassIs() {
        noClasses()
                .should()
                .haveSimpleNameEndingWith("Manager")
                .orShould()
                .haveSimpleNameEndingWith("Helper")
                .orShould()
                .haveNameMatching(".*Utils?")
                .orShould()
                .haveSimpleNameEndingWith("Impl")
                .check(CORE);
        noClasses()
                .should()
                .resideInAnyPackage("..internal..", "..impl..", "..util..", "..common..")
                .check(CORE);
    }

    @Test
    void timeAndRandomValuesAreInputs() {
        noClasses()
                .should(callMethod(System.class, "currentTimeMillis"))
                .orShould(callMethod(java.time.Instant.class, "now"))
                .orShould(callMethod(java.time.LocalDateTime.class, "now"))
                .orShould(callMethod(Math.class, "random"))
                .orShould(callMethod(java.util.UUID.class, "randomUUID")) // may block on a random device
                .check(CORE);
        noClasses()
                .that()
                .resideOutsideOfPackage(TESTING)
                .and()
                .haveSimpleNameNotEndingWith("ConnectionWatch") // measures a connection with Netty's own real timers
                .should(callMethod(System.class, "nanoTime"))
                .check(CORE);
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
                .check(CORE);
    }

    /** Operators subscribe with the subscriber that they were given; background work is disposed with the understudy. */
    @Test
    void onlyOperatorsAndBackgroundWorkSubscribe() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.understudy.pool.HealthProber")
                .and()
                .doNotHaveFullyQualifiedName("dev.understudy.pool.StateSubscriber")
                .and()
                .doNotHaveFullyQualifiedName("dev.understudy.provider.http.HttpAnswer$Exchanged") // called by subscribe
                .and()
                .doNotHaveFullyQualifiedName(
                        "dev.understudy.operator.Attempts$Loop") // as above, and for later attempts
                .should()
                .callMethodWhere(named(Publisher.class, Set.of("subscribe")).and(outsideOfSubscribe()))
                .check(CORE);
    }

    @Test
    void noGlobalReactorHookIsSet() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("reactor.core.publisher.Hooks")
                .check(CORE);
    }

    private static DescribedPredicate<JavaMethodCall> named(Class<?> owner, Set<String> names) {
        return DescribedPredicate.describe(
                owner.getSimpleName() + "." + names,
                call -> names.contains(call.getTarget().getName())
                        && call.getTarget().getOwner().isAssignableTo(owner));
    }

    private static DescribedPredicate<JavaAccess<?>> outsideOfSubscribe() {
        return DescribedPredicate.describe(
                "outside of subscribe(…)", call -> !call.getOrigin().getName().equals("subscribe"));
    }

    private static DescribedPredicate<JavaClass> arePublicWithAllEnclosingTypes() {
        return DescribedPredicate.describe("are public with all enclosing types", type -> {
            for (JavaClass each = type;
                    each != null;
                    each = each.getEnclosingClass().orElse(null)) {
                if (!each.getModifiers().contains(JavaModifier.PUBLIC)) {
                    return false;
                }
            }
            return true;
        });
    }

    private static DescribedPredicate<JavaMember> arePublicOrProtected() {
        return DescribedPredicate.describe(
                "are public or protected",
                member -> member.getModifiers().contains(JavaModifier.PUBLIC)
                        || member.getModifiers().contains(JavaModifier.PROTECTED));
    }

    /** Event loops, and the hook for what no option names, are those of the HTTP client itself. */
    private static DescribedPredicate<JavaMember> belongToTheHookOfAConnection() {
        return DescribedPredicate.describe(
                "belong to the hook of a connection",
                member -> member.getOwner().isEquivalentTo(Transport.Netty.class)
                        || (member.getOwner().isEquivalentTo(Transport.class)
                                && Set.of("withClient", "withEventLoops").contains(member.getName())));
    }

    private static ArchCondition<JavaMember> exposeNoneOf(String... packages) {
        return new ArchCondition<>("expose none of " + List.of(packages)) {
            @Override
            public void check(JavaMember member, ConditionEvents events) {
                Set<String> exposed = types(member)
                        .flatMap(type -> type.getAllInvolvedRawTypes().stream())
                        .map(JavaClass::getName)
                        .filter(name -> Stream.of(packages).anyMatch(name::startsWith))
                        .collect(Collectors.toSet());
                if (!exposed.isEmpty()) {
                    events.add(SimpleConditionEvent.violated(member, member.getFullName() + " exposes " + exposed));
                }
            }
        };
    }

    private static Stream<JavaType> types(JavaMember member) {
        if (member instanceof JavaField field) {
            return Stream.of(field.getType());
        }
        JavaCodeUnit unit = (JavaCodeUnit) member;
        return Stream.of(
                        Stream.of(unit.getReturnType()),
                        unit.getParameterTypes().stream(),
                        unit.getThrowsClause().getTypes().stream())
                .flatMap(each -> each);
    }
}
