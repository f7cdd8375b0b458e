// SPDX-License-Identifier: MIT
import QRepod
import QtQuick
import QtTest

TestCase {
    id: test
    name: "ServerBrowser"

    Server {
        id: server
        port: 0
        announcePort: 0
        active: true
    }

    ServerBrowser {
        id: browser
        interval: 100
    }

    Instantiator {
        id: list
        model: browser
        delegate: QtObject {
            required property string title
            required property string address
            required property var data
            required property int roundTripTime
        }
    }

    //! What the only server in the list has for \a role.
    function value(role: string): var {
        return list.objectAt(0)[role];
    }

    function test_aServerThatIsAnnouncedIsListed() {
        verify(server.announce("Anna's game", {players: 3}));
        verify(!browser.running);
        browser.port = server.announcePort;
        browser.running = true;
        tryCompare(browser, "count", 1, 60000);
        tryCompare(list, "count", 1);
        compare(value("title"), "Anna's game");
        compare(value("address"), "127.0.0.1:" + server.actualPort);
        compare(value("data").players, 3);
        verify(value("roundTripTime") >= 0);
        server.stopAnnouncing();
        tryCompare(browser, "count", 0, 60000);
    }
}
