//! Using a page: by role and name, with patience, and with a picture when something is missing.

use std::{
    fs,
    time::{Duration, Instant},
};

use fantoccini::{
    Client, Locator,
    elements::{Element, ElementRef},
    key::Key,
};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{PATIENCE, repository, screens};

/// More than any page or dialog takes from one end to the other.
const MANY_TABS: usize = 80;

/// The page of one person's window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page<'a> {
    whose: &'a str,
    client: &'a Client,
}

/// Something on a page that was found.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    page: Page<'a>,
    what: String,
    element: Element,
}

/// What has the focus.
#[derive(Debug)]
pub(crate) struct Focus {
    /// Its role.
    pub(crate) role: String,
    /// Its accessible name.
    pub(crate) name: String,
    /// Why nobody sees that it has the focus; empty where everybody does.
    pub(crate) unseen: String,
}

impl Focus {
    fn is(&self, role: &str, name: &str) -> bool {
        let rest = self.name.strip_prefix(name);
        self.role == role && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    }
}

impl<'a> Page<'a> {
    pub(super) fn new(whose: &'a str, client: &'a Client) -> Self {
        Self { whose, client }
    }

    /// Waits until the document is loaded and shows something.
    pub(super) async fn is_ready(&self) {
        let shows = "return document.readyState === 'complete' && document.title !== '' \
                     && document.body.innerText.trim() !== ''";
        self.until("the page is there", shows, &[]).await;
    }

    /// Runs `script` in the page; it has `arguments` and may `return`.
    pub(crate) async fn run(&self, script: &str, arguments: &[Value]) -> Value {
        let outcome = self.client.execute(script, arguments.to_vec()).await;
        outcome.unwrap_or_else(|e| panic!("{}: {script}: {e}", self.whose))
    }

    /// Calls a command of the shell as a script in the page would; the error is what it got.
    pub(crate) async fn invoke(&self, command: &str, args: Value) -> Result<Value, Value> {
        let script = "const [command, args, done] = arguments;\
            window.__TAURI_INTERNALS__.invoke(command, args)\
              .then((value) => done({ Ok: value ?? null }), (e) => done({ Err: e ?? null }))";
        let outcome = self
            .client
            .execute_async(script, vec![json!(command), args])
            .await;
        let answer = outcome.unwrap_or_else(|e| panic!("{}: {command}: {e}", self.whose));
        match answer.get("Ok") {
            Some(value) => Ok(value.clone()),
            None => Err(answer["Err"].clone()),
        }
    }

    /// Waits until `script` returns `true`; `what` says in words what is waited for.
    pub(crate) async fn until(&self, what: &str, script: &str, arguments: &[Value]) {
        let start = Instant::now();
        while self.client.execute(script, arguments.to_vec()).await.ok() != Some(json!(true)) {
            if start.elapsed() > PATIENCE {
                self.give_up(what, "").await;
            }
            sleep(Duration::from_millis(30)).await;
        }
    }

    /// Waits for the one element with this role and name.
    pub(crate) async fn find(&self, role: &str, name: &str) -> Found<'a> {
        let what = format!("{role} \"{name}\"");
        let start = Instant::now();
        loop {
            let (mut found, there) = self.look(Some(role), Some(name)).await;
            if found.len() == 1 {
                let element = found.remove(0);
                return Found {
                    page: *self,
                    what,
                    element,
                };
            }
            if start.elapsed() > PATIENCE {
                let text = format!("{} of it; there is:\n  {}", found.len(), there.join("\n  "));
                self.give_up(&what, &text).await;
            }
            sleep(Duration::from_millis(60)).await;
        }
    }

    /// How many elements with this role and name there are right now.
    pub(crate) async fn count(&self, role: &str, name: Option<&str>) -> usize {
        self.look(Some(role), name).await.0.len()
    }

    /// The button of this name.
    pub(crate) async fn button(&self, name: &str) -> Found<'a> {
        self.find("button", name).await
    }

    /// The text field with this label.
    pub(crate) async fn field(&self, name: &str) -> Found<'a> {
        self.find("textbox", name).await
    }

    /// Waits until `text` can be read somewhere on the page.
    pub(crate) async fn shows(&self, text: &str) {
        let script = "return document.body.innerText.includes(arguments[0])";
        self.until(
            &format!("the page shows \"{text}\""),
            script,
            &[json!(text)],
        )
        .await;
    }

    /// Types into whatever has the focus. [`Key`] has the keys without a letter.
    pub(crate) async fn press(&self, keys: &str) {
        let element = self.client.active_element().await.unwrap();
        element
            .send_keys(keys)
            .await
            .unwrap_or_else(|e| panic!("{}: {e}", self.whose));
    }

    /// Presses a letter together with Ctrl.
    pub(crate) async fn press_ctrl(&self, letter: char) {
        self.press(&format!(
            "{}{letter}{}",
            char::from(Key::Control),
            char::from(Key::Null)
        ))
        .await;
    }

    /// What is typed in the field that has the focus.
    pub(crate) async fn focused_value(&self) -> String {
        let value = self
            .run("return document.activeElement.value ?? ''", &[])
            .await;
        value.as_str().unwrap_or_default().to_owned()
    }

    /// What has the focus, as a person with a keyboard sees it: marked, in sight and not covered.
    pub(crate) async fn focus(&self) -> Focus {
        self.bring_axe().await;
        let seen = self.run(include_str!("focus.js"), &[]).await;
        let text = |key: &str| seen[key].as_str().unwrap_or_default().to_owned();
        Focus {
            role: text("role"),
            name: text("name"),
            unseen: text("unseen"),
        }
    }

    /// Waits until this has the focus; the name may go on after a space.
    pub(crate) async fn has_focus(&self, role: &str, name: &str) {
        let start = Instant::now();
        loop {
            let focus = self.focus().await;
            if focus.is(role, name) && focus.unseen.is_empty() {
                return;
            }
            if start.elapsed() > PATIENCE {
                self.give_up(
                    &format!("focus on {role} \"{name}\""),
                    &format!("{focus:?}"),
                )
                .await;
            }
            sleep(Duration::from_millis(30)).await;
        }
    }

    /// Goes on by Tab until this has the focus; whatever has it on the way can be seen.
    pub(crate) async fn tab_to(&self, role: &str, name: &str) {
        let mut way = Vec::new();
        for _ in 0..MANY_TABS {
            let focus = self.focus().await;
            if focus.is(role, name) {
                return;
            }
            self.press_tab().await;
            let focus = self.focus().await;
            way.push(focus.name.clone());
            // What is just closing may still lie over it.
            let start = Instant::now();
            while !self.focus().await.unseen.is_empty() {
                if start.elapsed() > PATIENCE {
                    self.give_up("a focus that can be seen", &format!("{focus:?}"))
                        .await;
                }
                sleep(Duration::from_millis(30)).await;
            }
        }
        let what = format!("{role} \"{name}\" by Tab");
        self.give_up(&what, &way.join(", ")).await;
    }

    /// Presses Enter.
    pub(crate) async fn press_enter(&self) {
        self.press(&char::from(Key::Enter).to_string()).await;
    }

    /// Presses a key without a letter.
    pub(crate) async fn press_key(&self, key: Key) {
        self.press(&char::from(key).to_string()).await;
    }

    /// Presses Tab.
    pub(crate) async fn press_tab(&self) {
        self.press(&char::from(Key::Tab).to_string()).await;
    }

    /// Presses Escape.
    pub(crate) async fn press_escape(&self) {
        self.press(&char::from(Key::Escape).to_string()).await;
    }

    /// Whether `text` can be read on the page right now.
    pub(crate) async fn reads(&self, text: &str) -> bool {
        let script = "return document.body.innerText.includes(arguments[0])";
        self.run(script, &[json!(text)]).await == json!(true)
    }

    /// The secret that is being shown.
    pub(crate) async fn shown_secret(&self) -> String {
        let shown = "return document.querySelector('[data-testid=revealed]') !== null";
        self.until("a secret is shown", shown, &[]).await;
        let text = "return document.querySelector('[data-testid=revealed]').textContent";
        self.run(text, &[])
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Draws the page in a theme, as the settings would.
    pub(crate) async fn in_theme(&self, theme: &str) {
        // In the settings where there are some, since other changes draw the window anew.
        if let Ok(settings) = self.invoke("settings_get", json!({})).await {
            let mut prefs = settings["prefs"].clone();
            prefs["look"]["theme"] = json!(theme);
            let _ = self.invoke("settings_set", json!({ "req": prefs })).await;
        }
        let script = "document.documentElement.dataset.theme = arguments[0]";
        self.run(script, &[json!(theme)]).await;
        // A colour on its way to another has neither's contrast; it sets out with the next frame.
        let frames = "const done = arguments[0]; setTimeout(done, 500);\
                      requestAnimationFrame(() => requestAnimationFrame(done))";
        let _ = self.client.execute_async(frames, Vec::new()).await;
        let still = "return document.getAnimations().every((a) => a.playState !== 'running')";
        self.until("the colours hold still", still, &[]).await;
    }

    /// Leaves a picture of the page in the folder for pictures.
    pub(crate) async fn picture(&self, name: &str) {
        let png = self
            .client
            .screenshot()
            .await
            .unwrap_or_else(|e| panic!("{}: {e}", self.whose));
        fs::write(screens().join(format!("{}-{name}.png", self.whose)), png).unwrap();
    }

    /// Takes a picture in both themes, and finds no barrier in either.
    pub(crate) async fn in_both_themes(&self, name: &str) {
        for theme in ["dark", "light"] {
            self.in_theme(theme).await;
            self.picture(&format!("{name}-{theme}")).await;
            let barriers = self.barriers().await;
            assert!(
                barriers.is_empty(),
                "{}: {name}, {theme}: {barriers:#?}",
                self.whose
            );
        }
    }

    /// What axe-core finds wrong, of the impacts `serious` and `critical`.
    pub(crate) async fn barriers(&self) -> Vec<String> {
        self.bring_axe().await;
        let script = "const done = arguments[0];\
            axe.run(document).then(({ violations }) => done(violations\
              .filter((v) => ['serious', 'critical'].includes(v.impact))\
              .flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html}`))), (e) => done([String(e)]))";
        let found = self.client.execute_async(script, Vec::new()).await.unwrap();
        let list = found.as_array().cloned().unwrap_or_default();
        list.iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    }

    async fn look(&self, role: Option<&str>, name: Option<&str>) -> (Vec<Element>, Vec<String>) {
        self.bring_axe().await;
        let script = include_str!("by_role.js");
        let arguments = vec![json!(role), json!(name)];
        // A page that is being exchanged answers with an error; the next look finds the new one.
        let Ok(answer) = self.client.execute(script, arguments).await else {
            return (Vec::new(), vec!["no answer from the page".to_owned()]);
        };
        let list = |key: &str| answer[key].as_array().cloned().unwrap_or_default();
        let element = |value: &Value| {
            // The one member of a web element reference is its id.
            let id = value.as_object()?.values().next()?.as_str()?.to_owned();
            Some(Element::from_element_id(
                self.client.clone(),
                ElementRef::from(id),
            ))
        };
        let there = list("there")
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        (list("found").iter().filter_map(element).collect(), there)
    }

    /// Puts axe-core into the page, past its policy, as WebDriver may.
    async fn bring_axe(&self) {
        let there = self.client.execute("return typeof axe", Vec::new()).await;
        if there.is_ok_and(|kind| kind == json!("object")) {
            return;
        }
        let file = repository().join("ui/node_modules/axe-core/axe.min.js");
        let source = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{file:?}: {e}"));
        // A page that is being exchanged is no reason to stop; what needs axe asks again.
        let _ = self.client.execute(&source, Vec::new()).await;
    }

    /// Fails the test, leaving a picture of what there is.
    async fn give_up(&self, what: &str, more: &str) -> ! {
        if let Ok(png) = self.client.screenshot().await {
            let _ = fs::write(screens().join(format!("{}-FAILED.png", self.whose)), png);
        }
        panic!("{}: waited for {what}; {more}", self.whose);
    }
}

impl Found<'_> {
    /// Clicks it, as a person would: it must be visible and not covered. Of a button that is drawn
    /// by its label, the label is clicked.
    pub(crate) async fn click(&self) {
        let label = Locator::XPath("ancestor::label");
        let target = self.element.find(label).await;
        let target = target.unwrap_or_else(|_| self.element.clone());
        let start = Instant::now();
        // A dialog that is just closing still lies over the page; a person would click again too.
        while let Err(error) = target.click().await {
            if start.elapsed() > PATIENCE {
                self.page
                    .give_up(&format!("a click on {}", self.what), &error.to_string())
                    .await;
            }
            sleep(Duration::from_millis(60)).await;
        }
    }

    /// Replaces its text by typing.
    pub(crate) async fn type_text(&self, text: &str) {
        self.element
            .clear()
            .await
            .unwrap_or_else(|e| self.failed("clear", &e));
        self.element
            .send_keys(text)
            .await
            .unwrap_or_else(|e| self.failed("type", &e));
    }

    /// Whether it is ticked.
    pub(crate) async fn is_checked(&self) -> bool {
        self.attribute("aria-checked").await.as_deref() == Some("true")
            || self.element.prop("checked").await.ok().flatten().as_deref() == Some("true")
    }

    /// Whether it is the chosen one of its list; a row that is gone is not.
    pub(crate) async fn is_chosen(&self) -> bool {
        let chosen = self.element.attr("aria-selected").await;
        chosen.is_ok_and(|value| value.as_deref() == Some("true"))
    }

    /// What can be read in it.
    pub(crate) async fn text(&self) -> String {
        self.element
            .text()
            .await
            .unwrap_or_else(|e| self.failed("read", &e))
    }

    /// What is typed in it.
    pub(crate) async fn value(&self) -> String {
        let value = self
            .element
            .prop("value")
            .await
            .unwrap_or_else(|e| self.failed("read", &e));
        value.unwrap_or_default()
    }

    /// One of its attributes, such as `aria-pressed`.
    pub(crate) async fn attribute(&self, name: &str) -> Option<String> {
        self.element
            .attr(name)
            .await
            .unwrap_or_else(|e| self.failed("read", &e))
    }

    /// Whether it can be used.
    pub(crate) async fn is_enabled(&self) -> bool {
        self.element
            .is_enabled()
            .await
            .unwrap_or_else(|e| self.failed("read", &e))
    }

    fn failed(&self, doing: &str, error: &dyn std::error::Error) -> ! {
        panic!("{}: {doing} {}: {error}", self.page.whose, self.what)
    }
}
