// SPDX-License-Identifier: MIT
// Properties, signals and functions of ConnectionListener, against a server of the same process.

import QtQml
import QtQuick
import QtTest
import QRepod
import QRepodTest

TestCase {
    id: test

    name: "listener"

    Peer {
        id: peer
    }

    Component {
        id: plain

        ConnectionListener {
        }
    }

    Component {
        id: toPeer

        ConnectionListener {
            id: connecting

            property var log: []
            property string errorSeen

            active: true
            onConnected: connecting.log.push("connected")
            onDisconnected: connecting.log.push("disconnected")
            onErrorOccurred: error => {
                connecting.log.push("error");
                connecting.errorSeen = connecting.errorString;
            }
            onStateChanged: connecting.log.push("state " + connecting.state)
        }
    }

    Component {
        id: onTheMove

        ConnectionListener {
            id: moving

            property var log: []
            readonly property string line: moving.isInterrupted ? "away" : "there"

            function network_interrupted() {
                moving.log.push("network_interrupted " + moving.line);
            }
            function network_resumed() {
                moving.log.push("network_resumed " + moving.line);
            }

            active: true
            reconnect: true
            reconnectInterval: 1
            onConnected: moving.log.push("connected")
            onDisconnected: moving.log.push("disconnected")
            onErrorOccurred: moving.log.push("error")
            onInterrupted: moving.log.push("interrupted " + moving.line)
            onResumed: moving.log.push("resumed " + moving.line)
        }
    }

    Component {
        id: spyOn

        SignalSpy {
        }
    }

    Component {
        id: withTimer

        ConnectionListener {
            property alias timer: inner

            Timer {
                id: inner
            }
            QtObject {
            }
        }
    }

    function make(component: Component, properties: var): var {
        return createTemporaryObject(component, test, properties);
    }

    function makeActive(properties: var): var {
        return make(toPeer, Object.assign({
            port: peer.port
        }, properties));
    }

    function connected(): var {
        const listener = makeActive({});
        tryCompare(listener, "state", ConnectionListener.Connected);
        tryCompare(peer, "clients", 1);
        peer.clear();
        return listener;
    }

    function spy(target: QtObject, signalName: string): var {
        return make(spyOn, {
            target: target,
            signalName: signalName
        });
    }

    function init() {
        tryCompare(peer, "clients", 0); // those of the test before have gone
    }

    function test_defaults() {
        const listener = make(plain, {});
        compare(listener.host, "127.0.0.1");
        compare(listener.port, 5071);
        compare(listener.active, false);
        compare(listener.autoPump, true);
        compare(listener.state, ConnectionListener.Disconnected);
        compare(listener.errorString, "");
        compare(listener.handlers.length, 0);
        compare(listener.connectTimeout, 10000);
        compare(listener.closeTimeout, 3000);
        compare(listener.maximumFrameSize, 16 * 1024 * 1024);
        compare(listener.maximumDepth, 64);
        compare(listener.maximumValues, 100000);
        compare(listener.maximumReceiveBacklog, 64 * 1024 * 1024);
        compare(listener.maximumSendBacklog, 64 * 1024 * 1024);
    }

    function test_limitsCanBeSet() {
        const listener = make(plain, {
            connectTimeout: 1,
            closeTimeout: 2,
            maximumFrameSize: 3 * 2 ** 30,
            maximumDepth: 4,
            maximumValues: 5,
            maximumReceiveBacklog: 6,
            maximumSendBacklog: 7,
            heartbeatInterval: 8,
            idleTimeout: 9,
            reconnectInterval: 10,
            maximumReconnectInterval: 11,
            maximumReconnectAttempts: 12
        });
        compare(listener.connectTimeout, 1);
        compare(listener.closeTimeout, 2);
        compare(listener.maximumFrameSize, 3 * 2 ** 30);
        compare(listener.maximumDepth, 4);
        compare(listener.maximumValues, 5);
        compare(listener.maximumReceiveBacklog, 6);
        compare(listener.maximumSendBacklog, 7);
        compare(listener.heartbeatInterval, 8);
        compare(listener.idleTimeout, 9);
        compare(listener.reconnectInterval, 10);
        compare(listener.maximumReconnectInterval, 11);
        compare(listener.maximumReconnectAttempts, 12);
        compare(listener.reconnect, false);
    }

    function test_bindingsFollowSettings() {
        const listener = make(plain, {});
        const other = make(plain, {});
        other.maximumDepth = Qt.binding(() => 2 * listener.maximumDepth);
        compare(other.maximumDepth, 128);
        listener.maximumDepth = 5;
        compare(other.maximumDepth, 10);
    }

    function test_stateIsAnEnum() {
        compare(ConnectionListener.Disconnected, 0);
        compare(ConnectionListener.Connecting, 1);
        compare(ConnectionListener.Connected, 2);
        compare(ConnectionListener.Reconnecting, 3);
        compare(ConnectionListener.State.Connected, ConnectionListener.Connected);
    }

    function test_activeConnectsWhenComplete() {
        const listener = makeActive({});
        compare(listener.state, ConnectionListener.Connecting);
        tryCompare(listener, "state", ConnectionListener.Connected);
        compare(listener.log, ["state 1", "state 2", "connected"]);
        compare(peer.clients, 1);
        listener.active = false;
        compare(listener.state, ConnectionListener.Disconnected);
        tryCompare(listener.log, "length", 5);
        compare(listener.log, ["state 1", "state 2", "connected", "state 0", "disconnected"]);
    }

    function test_activeConnectsAndClosesLater() {
        const listener = makeActive({
            active: false
        });
        const changes = spy(listener, "activeChanged");
        compare(listener.state, ConnectionListener.Disconnected);
        listener.active = true;
        compare(listener.state, ConnectionListener.Connecting);
        tryCompare(listener, "state", ConnectionListener.Connected);
        listener.active = false;
        tryCompare(peer, "clients", 0);
        compare(changes.count, 2);
    }

    function test_connectAndCloseKeepActiveInStep() {
        const listener = make(plain, {});
        listener.connect("127.0.0.1", peer.port);
        compare(listener.active, true);
        compare(listener.port, peer.port);
        tryCompare(listener, "state", ConnectionListener.Connected);
        listener.close();
        compare(listener.active, false);
        compare(listener.state, ConnectionListener.Disconnected);
        tryCompare(peer, "clients", 0);
        listener.connect();
        tryCompare(listener, "state", ConnectionListener.Connected);
        compare(listener.port, peer.port);
    }

    function test_changeOfThePortReconnects() {
        const listener = connected();
        const before = peer.connections;
        listener.log = [];
        listener.port = peer.secondPort();
        tryCompare(listener.log, "length", 4);
        compare(listener.log, ["state 1", "disconnected", "state 2", "connected"]);
        tryCompare(peer, "clients", 0);
        tryCompare(peer, "connections", before + 1);
    }

    function test_changeOfHostAndPortReconnectsOnce() {
        const listener = connected();
        const before = peer.connections;
        listener.log = [];
        listener.port = peer.secondPort();
        listener.host = "localhost";
        listener.host = "127.0.0.1";
        compare(listener.state, ConnectionListener.Connected);
        tryCompare(listener.log, "length", 4);
        tryCompare(peer, "connections", before + 1);
    }

    function test_changeOfHostWhileInactiveDoesNothing() {
        const listener = make(plain, {});
        const hosts = spy(listener, "hostChanged");
        const ports = spy(listener, "portChanged");
        listener.host = "127.1"; // the same address, written otherwise
        listener.port = peer.port;
        compare(hosts.count, 1);
        compare(ports.count, 1);
        compare(listener.state, ConnectionListener.Disconnected);
        listener.active = true;
        tryCompare(listener, "state", ConnectionListener.Connected);
    }

    function test_closeForgetsAPendingReconnect() {
        const listener = connected();
        const before = peer.connections;
        listener.port = peer.secondPort();
        listener.close();
        tryCompare(peer, "clients", 0);
        compare(peer.connections, before);
        compare(listener.state, ConnectionListener.Disconnected);
    }

    function test_errorIsBindableAndClearedByTheNextConnect() {
        const port = peer.freePort();
        const listener = makeActive({
            port: port
        });
        tryCompare(listener, "state", ConnectionListener.Disconnected);
        tryVerify(() => listener.errorString !== "");
        verify(listener.errorString.startsWith("127.0.0.1:" + port + ": "), listener.errorString);
        compare(listener.errorSeen, listener.errorString); // set before the signal's handlers run
        compare(listener.log, ["state 1", "state 0", "error"]);
        compare(listener.active, true);

        const errors = spy(listener, "errorStringChanged");
        listener.port = peer.port;
        tryCompare(listener, "state", ConnectionListener.Connected);
        compare(listener.errorString, "");
        compare(errors.count, 1);
    }

    function test_connectTriesAgain() {
        const listener = makeActive({});
        tryCompare(listener, "state", ConnectionListener.Connected);
        peer.closeClients();
        tryCompare(listener, "state", ConnectionListener.Disconnected);
        compare(listener.active, true);
        tryCompare(peer, "clients", 0);
        listener.connect();
        tryCompare(listener, "state", ConnectionListener.Connected);
    }

    function test_reconnect() {
        const listener = makeActive({
            reconnect: true,
            reconnectInterval: 1
        });
        tryCompare(listener, "state", ConnectionListener.Connected);
        tryCompare(peer, "clients", 1);
        const before = peer.connections;
        listener.log = [];
        peer.closeClients();
        tryCompare(peer, "connections", before + 1);
        tryCompare(listener, "state", ConnectionListener.Connected);
        compare(listener.log, ["state 3", "disconnected", "state 2", "connected"]);
        compare(listener.active, true);
        listener.active = false;
        compare(listener.state, ConnectionListener.Disconnected);
    }

    function test_interruption() {
        peer.setSessionTimeout(60000);
        const listener = make(onTheMove, {
            port: peer.breakablePort()
        });
        tryCompare(listener, "state", ConnectionListener.Connected);
        verify(listener.send("before") > 0);
        tryVerify(() => peer.action(peer.received - 1) === "before");
        peer.interrupt(20);
        tryVerify(() => listener.log.length > 1); // with autoPump, in the event loop
        verify(listener.send("meanwhile") > 0);
        tryVerify(() => listener.log.length > 4);
        compare(listener.log, ["connected", "interrupted away", "network_interrupted away", "resumed there",
            "network_resumed there"]);
        tryVerify(() => peer.action(peer.received - 1) === "meanwhile");
        compare(listener.isInterrupted, false);
        compare(peer.clients, 1);
        listener.close();
        tryCompare(peer, "clients", 0);
        peer.setSessionTimeout(0);
    }

    function test_withoutASessionNothingIsInterrupted() {
        const listener = connected();
        compare(listener.isInterrupted, false);
        listener.close();
        compare(listener.isInterrupted, false);
    }

    function test_statisticsTellOfTheConnection() {
        const idle = make(plain, {});
        compare(idle.statistics.messagesSent, 0);
        compare(idle.statistics.roundTripTime, -1);
        const listener = connected();
        const bytes = listener.send("move", {
            x: 1
        }) + listener.send("move", {
            x: 2
        });
        tryCompare(peer, "received", 2);
        compare(listener.statistics.messagesSent, 2);
        const hello = 13; // bytes of the first frame
        compare(listener.statistics.bytesSent, hello + bytes);
        compare(listener.statistics.bytesUnsent, 0);
        peer.sendBack();
        tryVerify(() => listener.statistics.messagesReceived > 0);
        tryCompare(listener.statistics, "messagesWaiting", 0);
        listener.active = false;
        compare(listener.statistics.messagesSent, 2);
    }

    function test_bindingsFollowStatisticsAtTheirInterval() {
        const listener = connected();
        const changes = spy(listener, "statisticsChanged");
        compare(listener.statisticsInterval, 0);
        listener.send("move");
        tryCompare(peer, "received", 1);
        compare(changes.count, 0);
        listener.statisticsInterval = 5;
        tryVerify(() => changes.count > 2);
        listener.statisticsInterval = 0;
        changes.clear();
        listener.active = false;
        compare(changes.count, 1); // the end
    }

    function test_reconnectGivesUp() {
        const listener = make(plain, {
            port: peer.freePort(),
            reconnect: true,
            reconnectInterval: 1,
            maximumReconnectInterval: 2,
            maximumReconnectAttempts: 2
        });
        const attempts = [];
        listener.stateChanged.connect(() => attempts.push(listener.reconnectAttempt));
        listener.active = true;
        tryCompare(listener, "state", ConnectionListener.Disconnected);
        compare(attempts, [0, 1, 2, 2]); // connecting, both attempts, giving up
        verify(listener.reconnectDelay > 0);
    }

    function test_portThatIsNoneIsAnError() {
        const listener = makeActive({
            port: 70000
        });
        tryVerify(() => listener.errorString !== "");
        verify(listener.errorString.startsWith("127.0.0.1:70000: a port is a number"), listener.errorString);
        compare(listener.errorSeen, listener.errorString);
        compare(listener.state, ConnectionListener.Disconnected);
        listener.connect("127.0.0.1", -1);
        tryVerify(() => listener.errorString.startsWith("127.0.0.1:-1: "));
        listener.connect("127.0.0.1", peer.port);
        tryCompare(listener, "state", ConnectionListener.Connected);
    }

    function test_autoPumpOffWaitsForPump() {
        const listener = makeActive({
            autoPump: false
        });
        const queued = spy(listener, "messagesQueued");
        tryVerify(() => queued.count > 0);
        compare(listener.state, ConnectionListener.Connecting);
        verify(listener.pump() > 0);
        compare(listener.state, ConnectionListener.Connected);
        const pumps = spy(listener, "autoPumpChanged");
        listener.autoPump = true;
        compare(pumps.count, 1);
    }

    function test_messageReceivedTellsOfEveryMessage() {
        const listener = connected();
        const messages = spy(listener, "messageReceived");
        peer.send("news", {
            text: "hello"
        });
        tryCompare(messages, "count", 1);
        compare(messages.signalArguments[0][0], "news");
        compare(messages.signalArguments[0][1], {
            action: "news",
            text: "hello"
        });
    }

    function test_objectsCanBeDeclaredInside() {
        const listener = make(withTimer, {});
        compare(listener.resources.length, 2);
        compare(listener.resources[0], listener.timer);
    }

    function test_destroyedWhileConnecting() {
        const listener = makeActive({});
        listener.destroy();
        wait(0);
    }
}
