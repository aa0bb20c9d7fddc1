#!/usr/bin/env python3
"""The manifests fit each other, Kubernetes' rules for sidecars, and the weir that they run."""

import unittest

import yaml

from running_weir import DEPLOY, ask, needs_binary, running_weir, validate

FOLDER = DEPLOY / "kubernetes"
RESTRICTED = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


def read(name):
    return yaml.safe_load((FOLDER / name).read_text())


DEPLOYMENT, SERVICE, CONFIG = read("deployment.yaml"), read("service.yaml"), read("weir.yaml")
POD = DEPLOYMENT["spec"]["template"]["spec"]
POD_LABELS = DEPLOYMENT["spec"]["template"]["metadata"]["labels"]
(SIDECAR,) = POD["initContainers"]
(APP,) = POD["containers"]
PORTS = {port["name"]: port["containerPort"] for port in SIDECAR["ports"]}
PROBES = {name: SIDECAR[name] for name in ("startupProbe", "readinessProbe", "livenessProbe")}


def port_of(address):
    return int(address.rpartition(":")[2])


class Manifests(unittest.TestCase):
    def test_every_file_parses_and_kustomize_lists_it(self):
        listed = set()
        for kustomization in FOLDER.rglob("kustomization.yaml"):
            content = yaml.safe_load(kustomization.read_text())
            names = content["resources"] + [file for generator in content.get("configMapGenerator", [])
                                            for file in generator["files"]]
            listed |= {kustomization} | {kustomization.parent / name for name in names}
        self.assertEqual(listed, set(FOLDER.rglob("*.yaml")))
        for file in listed:
            self.assertIsInstance(yaml.safe_load(file.read_text()), dict, file)

    def test_weir_is_a_native_sidecar(self):
        self.assertEqual(SIDECAR["name"], "weir")
        self.assertEqual(SIDECAR["restartPolicy"], "Always")

    def test_selectors_match_the_pods(self):
        monitor = read("monitoring/podmonitor.yaml")["spec"]
        for selector in (DEPLOYMENT["spec"]["selector"]["matchLabels"], SERVICE["spec"]["selector"],
                         monitor["selector"]["matchLabels"]):
            self.assertLessEqual(selector.items(), POD_LABELS.items())

    def test_traffic_and_scrapes_go_to_weir(self):
        (service_port,) = SERVICE["spec"]["ports"]
        (endpoint,) = read("monitoring/podmonitor.yaml")["spec"]["podMetricsEndpoints"]
        # By number: a Service finds the port names of init containers, as native sidecars are, from Kubernetes 1.33 on.
        self.assertEqual(service_port["targetPort"], port_of(CONFIG["listen"]))
        self.assertIn(service_port["targetPort"], PORTS.values())
        self.assertEqual(PORTS[endpoint["port"]], port_of(CONFIG["status"]))
        self.assertEqual((endpoint["port"], endpoint["path"]), ("weir-status", "/metrics"))

    def test_the_application_is_reached_through_weir_only(self):
        self.assertIn(f"-listen={CONFIG['backend']}", APP["args"])
        self.assertTrue(CONFIG["backend"].startswith("127.0.0.1:"))
        probe = APP["readinessProbe"]["httpGet"]
        self.assertEqual(probe["port"], port_of(CONFIG["listen"]))
        self.assertIn(probe["path"], CONFIG["exempt"])

    def test_only_weirs_read_only_listener_leaves_the_pod(self):
        self.assertTrue(CONFIG["admin"].startswith("127.0.0.1:"))
        self.assertNotIn(port_of(CONFIG["admin"]), PORTS.values())

    def test_probes_are_those_of_a_sidecar(self):
        for name, probe in PROBES.items():
            self.assertEqual(PORTS[probe["httpGet"]["port"]], port_of(CONFIG["status"]), name)
            self.assertEqual(probe["timeoutSeconds"], 1, name)
        self.assertEqual(PROBES["startupProbe"]["periodSeconds"] * PROBES["startupProbe"]["failureThreshold"], 120)
        self.assertEqual(PROBES["readinessProbe"]["httpGet"]["path"], "/readyz")
        # Neither may depend on the application: one gates its start, the other would restart weir for its faults.
        for name in ("startupProbe", "livenessProbe"):
            self.assertEqual(PROBES[name]["httpGet"]["path"], "/livez")

    def test_the_grace_covers_pause_and_drain(self):
        pause = APP["lifecycle"]["preStop"]["sleep"]["seconds"]
        self.assertGreaterEqual(POD["terminationGracePeriodSeconds"], pause + CONFIG["drain_seconds"] + 5)

    def test_pods_are_restricted(self):
        self.assertEqual({key: POD["securityContext"][key] for key in ("runAsNonRoot", "runAsUser")},
                         {"runAsNonRoot": True, "runAsUser": 65532})
        self.assertEqual(POD["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
        for container in (SIDECAR, APP):
            self.assertEqual(container["securityContext"], RESTRICTED, container["name"])
            self.assertIn("memory", container["resources"]["limits"])

    def test_the_configuration_is_mounted_where_the_image_reads_it(self):
        (mount,) = SIDECAR["volumeMounts"]
        (volume,) = POD["volumes"]
        (generator,) = read("kustomization.yaml")["configMapGenerator"]
        self.assertEqual(mount["name"], volume["name"])
        self.assertEqual(volume["configMap"]["name"], generator["name"])
        self.assertEqual((mount["mountPath"], generator["files"]), ("/etc/weir", ["weir.yaml"]))
        self.assertNotIn("subPath", mount)

    @needs_binary
    def test_weir_finds_no_fault_with_the_configuration(self):
        validate(FOLDER / "weir.yaml")

    @needs_binary
    def test_weir_answers_every_probe(self):
        with running_weir("-c", str(FOLDER / "weir.yaml")) as weir:
            for name, probe in PROBES.items():
                self.assertEqual(ask(weir.status, probe["httpGet"]["path"])[0], 200, name)
            self.assertEqual(ask(weir.status, "/metrics")[0], 200)
            self.assertEqual(ask(weir.traffic, APP["readinessProbe"]["httpGet"]["path"])[0], 200)


if __name__ == "__main__":
    unittest.main()
