"""One lock file of each kind besides Python, npm, Go and Rust, as its own tool writes it."""

from typing import Final

COMMIT: Final = "0123456789" * 4
SHA256: Final = "ab" * 32
SHA512: Final = "A" * 86 + "=="
COMPOSER = f"""
    {{"plugin-api-version": "2.6.0",
     "packages": [
       {{"name": "Monolog/monolog", "version": "3.5.0", "license": ["MIT"],
        "source": {{"type": "git", "url": "https://host.example/m.git", "reference": "{COMMIT}"}},
        "dist": {{"type": "zip", "url": "https://host.example/m.zip", "shasum": "{COMMIT}"}},
        "require": {{"php": ">=8.1", "psr/log": "^3.0"}}}},
       {{"name": "psr/log", "version": "3.0.0",
        "source": {{"type": "git", "url": "https://host.example/l.git", "reference": "{COMMIT}"}}}}],
     "packages-dev": [{{"name": "phpunit/phpunit", "version": "11.0.0", "dist": {{"shasum": ""}}}}]}}
    """
NUGET = f"""
    {{"version": 1, "dependencies": {{"net8.0": {{
      "Newtonsoft.Json": {{"type": "Direct", "requested": "[13.0.3, )", "resolved": "13.0.3",
        "contentHash": "{SHA512}", "dependencies": {{"microsoft.csharp": "4.7.0"}}}},
      "Microsoft.CSharp": {{"type": "Transitive", "resolved": "4.7.0"}},
      "shop.core": {{"type": "Project"}}}}}}}}
    """
GRADLE = """
    # This is a Gradle generated file for dependency locking.
    com.google.guava:guava:33.0.0-jre=compileClasspath,runtimeClasspath
    org.junit:junit-bom:5.10.1=testCompileClasspath,testRuntimeClasspath
    empty=annotationProcessor
    """
GEMFILE = f"""
    GIT
      remote: https://host.example/o/rack.git
      revision: {COMMIT}
      branch: main
      specs:
        rack (3.0.0)

    PATH
      remote: .
      specs:
        shop (0.1.0)
          nokogiri

    GEM
      remote: https://packages.example/
      specs:
        nokogiri (1.16.0)
          racc (~> 1.4)
        nokogiri (1.16.0-x86_64-linux)
          racc (~> 1.4)
        racc (1.7.3)

    PLATFORMS
      ruby
      x86_64-linux

    DEPENDENCIES
      nokogiri (~> 1.16)
      rack!
      shop!

    CHECKSUMS
      racc (1.7.3) sha256={SHA256}
      nokogiri (1.16.0)

    BUNDLED WITH
       2.5.4
    """
SWIFT_1 = f"""
    {{"version": 1, "object": {{"pins": [
      {{"package": "Alamofire", "repositoryURL": "https://github.com/Alamofire/Alamofire.git",
       "state": {{"branch": null, "revision": "{COMMIT}", "version": "5.8.1"}}}}]}}}}
    """
SWIFT_3 = f"""
    {{"version": 3, "originHash": "{SHA256}", "pins": [
      {{"identity": "alamofire", "kind": "remoteSourceControl",
       "location": "git@github.com:Alamofire/Alamofire.git",
       "state": {{"revision": "{COMMIT}", "version": "5.8.1"}}}},
      {{"identity": "nio", "kind": "remoteSourceControl",
       "location": "https://host.example/apple/nio",
       "state": {{"branch": "main", "revision": "{COMMIT}"}}}},
      {{"identity": "mona.linked", "kind": "registry", "location": "",
       "state": {{"version": "1.0.0"}}}},
      {{"identity": "own", "kind": "localSourceControl", "location": "/own",
       "state": {{"revision": "{COMMIT}"}}}}]}}
    """
PUBSPEC = f"""
    packages:
      http:
        dependency: "direct main"
        description:
          name: http
          sha256: "{SHA256}"
          url: "https://pub.dev"
        source: hosted
        version: "1.2.0"
      inner:
        dependency: transitive
        description: {{name: inner, url: "https://packages.example"}}
        source: hosted
        version: "1.0.0"
      tool:
        dependency: "direct dev"
        description: {{path: ".", ref: HEAD, resolved-ref: "{COMMIT}", url: "https://host.example/t.git"}}
        source: git
        version: "0.1.0"
      flutter: {{dependency: "direct main", description: flutter, source: sdk, version: "0.0.0"}}
    sdks: {{dart: ">=3.0.0"}}
    """
MIX = f"""
    %{{
      "jason": {{:hex, :jason, "1.4.1", "{SHA256}", [:mix], [{{:decimal, "~> 1.0 or ~> 2.0", [hex: :decimal, repo: "hexpm", optional: true]}}], "hexpm", "{SHA256[::-1]}"}},
      "decimal": {{:hex, :decimal, "2.1.1", "{SHA256}", [:mix], [], "hexpm", "{SHA256}"}},
      "own": {{:hex, :own, "1.0.0", "{SHA256}", [:mix], [], "company"}},
      "plug": {{:git, "https://host.example/plug.git", "{COMMIT}", [branch: "main"]}},
    }}
    """
PODFILE = f"""
    PODS:
      - Alamofire (5.8.1)
      - Firebase/Core (10.0.0):
        - Firebase/CoreOnly
        - Alamofire (~> 5)
      - Firebase/CoreOnly (10.0.0)
      - Forked (1.0.0)
      - Own (0.1.0)

    DEPENDENCIES:
      - Firebase/Core (~> 10)
      - Own (from `../Own`)

    EXTERNAL SOURCES:
      Own:
        :path: "../Own"
      Forked:
        :git: https://host.example/forked.git

    CHECKOUT OPTIONS:
      Forked:
        :commit: "{COMMIT}"
        :git: https://host.example/forked.git

    SPEC CHECKSUMS:
      Alamofire: {COMMIT}

    PODFILE CHECKSUM: {COMMIT}

    COCOAPODS: 1.15.2
    """
CONDA = f"""
    version: 1
    metadata: {{platforms: [linux-64]}}
    package:
    - name: python
      version: 3.12.1
      manager: conda
      platform: linux-64
      dependencies: {{openssl: '>=3.2.0,<4.0a0'}}
      url: https://conda.anaconda.org/conda-forge/linux-64/python-3.12.1-hab00c5b_1_cpython.conda
      hash: {{md5: {"a" * 32}, sha256: {SHA256}}}
      category: main
      optional: false
    - name: openssl
      version: 3.2.0
      manager: conda
      platform: linux-64
      dependencies: {{}}
      url: https://conda.anaconda.org/conda-forge/linux-64/openssl-3.2.0-hd590300_1.tar.bz2
      hash: {{sha256: {SHA256}}}
      category: dev
      optional: true
    - name: Flask
      version: 3.0.0
      manager: pip
      platform: linux-64
      dependencies: {{}}
      url: https://packages.example/flask.whl
      hash: {{sha256: {SHA256}}}
      category: main
    """
EXPLICIT = f"""
    # platform: linux-64
    @EXPLICIT
    https://name:secret@conda.anaconda.org/conda-forge/noarch/tzdata-2023d-h0c530f3_0.conda#{"a" * 32}
    https://conda.anaconda.org/conda-forge/linux-64/ca-certificates-2023.11.17-hbcca054_0.conda
    """
BUN = """
    {
      // written by Bun
      "lockfileVersion": 1,
      "workspaces": {
        "": {"name": "shop", "dependencies": {"a": "^1.0.0", "web": "workspace:web",},
             "devDependencies": {"@s/b": "^2.0.0"},},
        "web": {"name": "web", "dependencies": {"c": "1"}},
      },
      "packages": {
        "a": ["a@1.0.0", "", {"dependencies": {"c": "^1.0.0"}}, "sha512-x=="],
        "a/c": ["c@1.5.0", "", {}, "sha512-y"],
        "@s/b": ["@s/b@2.0.0", "", {"dependencies": {"c": "*"}}, "sha512-z"],
        "c": ["c@1.0.0", "", {}, "sha512-w"],
        "web": ["web@workspace:web"],
      },
    }
    """
POM = """
    <project xmlns="http://maven.apache.org/POM/4.0.0">
      <modelVersion>4.0.0</modelVersion>
      <parent><groupId>org.example</groupId><artifactId>up</artifactId><version>2.1.0</version></parent>
      <artifactId>shop</artifactId>
      <properties><guava>33.0.0</guava><full>${guava}-jre</full></properties>
      <dependencyManagement><dependencies>
        <dependency>
          <groupId>org.example</groupId><artifactId>managed</artifactId><version>1.5</version>
        </dependency>
      </dependencies></dependencyManagement>
      <dependencies>
        <dependency>
          <groupId>${project.groupId}</groupId><artifactId>core</artifactId>
          <version>${project.version}</version>
        </dependency>
        <dependency>
          <groupId>com.google.guava</groupId><artifactId>guava</artifactId><version>${full}</version>
        </dependency>
        <dependency><groupId>org.example</groupId><artifactId>managed</artifactId></dependency>
        <dependency>
          <groupId>junit</groupId><artifactId>junit</artifactId><version>4.13.2</version>
          <scope>test</scope>
        </dependency>
        <dependency><groupId>org.example</groupId><artifactId>by-parent</artifactId></dependency>
        <dependency>
          <groupId>org.example</groupId><artifactId>range</artifactId><version>[1.0,2.0)</version>
        </dependency>
        <dependency>
          <groupId>org.example</groupId><artifactId>unknown</artifactId><version>${elsewhere}</version>
        </dependency>
      </dependencies>
    </project>
    """

PIXI = f"""
    version: 6
    environments:
      default:
        channels:
        - url: https://conda.anaconda.org/conda-forge/
        packages:
          linux-64:
          - conda: https://conda.anaconda.org/conda-forge/linux-64/python-3.12.1-h1_0.conda
          - conda: https://conda.anaconda.org/conda-forge/linux-64/openssl-3.2.0-h2_1.conda
          - pypi: https://files.example/flask-3.0.0-py3-none-any.whl
          - pypi: https://files.example/click-8.1.7-py3-none-any.whl
          - pypi: ./
    packages:
    - conda: https://conda.anaconda.org/conda-forge/linux-64/python-3.12.1-h1_0.conda
      sha256: {SHA256}
      depends:
      - __glibc >=2.17
      - openssl >=3.2.0,<4.0a0
      license: Python-2.0
    - conda: https://conda.anaconda.org/conda-forge/linux-64/openssl-3.2.0-h2_1.conda
      sha256: {SHA256}
    - pypi: https://files.example/flask-3.0.0-py3-none-any.whl
      name: flask
      version: 3.0.0
      sha256: {SHA256}
      requires_dist:
      - Click>=8.1.3
      - asgiref>=3.2 ; extra == 'async'
    - pypi: https://files.example/click-8.1.7-py3-none-any.whl
      name: click
      version: 8.1.7
    - pypi: ./
      name: shop
      version: 0.1.0
    """
DENO = f"""
    {{
      "version": "5",
      "specifiers": {{"jsr:@std/assert@1": "1.0.0", "npm:chalk@5": "5.3.0"}},
      "jsr": {{
        "@std/assert@1.0.0": {{"integrity": "{SHA256}", "dependencies": ["jsr:@std/internal"]}},
        "@std/internal@1.0.5": {{"integrity": "{SHA256}"}}
      }},
      "npm": {{
        "chalk@5.3.0": {{"integrity": "sha512-x", "dependencies": ["ansi-styles@6.2.1"]}},
        "ansi-styles@6.2.1_peer@1.0.0": {{"integrity": "sha512-y"}}
      }},
      "remote": {{"https://deno.example/mod.ts": "{SHA256}"}}
    }}
    """
VERIFICATION = f"""
    <?xml version="1.0" encoding="UTF-8"?>
    <verification-metadata xmlns="https://schema.gradle.org/dependency-verification">
      <configuration><verify-metadata>true</verify-metadata></configuration>
      <components>
        <component group="com.google.guava" name="guava" version="33.0.0-jre">
          <artifact name="guava-33.0.0-jre.jar"><sha256 value="{SHA256}" origin="Gradle"/></artifact>
          <artifact name="guava-33.0.0-jre.pom"><sha256 value="{"cd" * 32}"/></artifact>
        </component>
        <component group="org.junit" name="junit-bom" version="5.10.1">
          <artifact name="junit-bom-5.10.1.pom"><sha256 value="{SHA256}"/></artifact>
        </component>
      </components>
    </verification-metadata>
    """
