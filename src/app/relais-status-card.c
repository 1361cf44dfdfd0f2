/* relais-status-card.c: the state of the proxy, its addresses, and the way out of trouble
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-status-card"

#include "config.h"

#include <glib/gi18n.h>

#include "base/relais-error.h"

#include "relais-next-step.h"
#include "relais-status-card.h"
#include "relais-url-well.h"
#include "relais-words.h"

struct _RelaisStatusCard
{
  GtkWidget        parent_instance;

  /* template children */
  GtkWidget       *badge;
  GtkStack        *badge_stack;
  GtkWidget       *card;
  GtkLabel        *detail;
  GtkImage        *icon;
  GtkButton       *primary;
  GtkButton       *secondary;
  GtkSpinner      *spinner;
  GtkLabel        *title;
  GtkBox          *urls;
  GtkWidget       *ways_out;
  GtkWidget       *words;

  /* owned */
  RelaisEngine    *engine;
  RelaisNextStep  *next_step;
  GSignalGroup    *signals;
  char           **shown_urls;
};

enum {
  PROP_0,
  PROP_ENGINE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisStatusCard, relais_status_card, GTK_TYPE_WIDGET)

/* A button of the card: what it says and which action of the window it activates. */
typedef struct
{
  const char *label;
  const char *action;
  const char *page; /* the target of "win.page", or NULL */
} WayOut;

static const char *const looks[] = { "idle", "good", "bad" };

static void
set_way_out (GtkButton    *button,
             const WayOut *way)
{
  GVariant *page = way->page != NULL ? g_variant_new_string (way->page) : NULL;

  gtk_widget_set_visible (gtk_widget_get_parent (GTK_WIDGET (button)), way->label != NULL);
  gtk_button_set_label (button, way->label != NULL ? way->label : "");
  /* never a name with another one's target */
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), NULL);
  gtk_actionable_set_action_target_value (GTK_ACTIONABLE (button), page);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), way->action);
}

static void
show_state (RelaisStatusCard *self,
            const char       *look,
            const char       *icon,
            const char       *title,
            const char       *detail)
{
  g_autofree char *both = g_strjoin ("\n", title, *detail != '\0' ? detail : NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (looks); i++)
    gtk_widget_remove_css_class (self->badge, looks[i]);
  gtk_widget_add_css_class (self->badge, look);
  gtk_stack_set_visible_child_name (self->badge_stack, icon != NULL ? "icon" : "spinner");
  gtk_spinner_set_spinning (self->spinner, icon == NULL);
  if (icon != NULL)
    gtk_image_set_from_icon_name (self->icon, icon);
  gtk_label_set_label (self->title, title);
  gtk_label_set_label (self->detail, detail);
  gtk_widget_set_visible (GTK_WIDGET (self->detail), *detail != '\0');
  /* a status, which is read out as it changes */
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->words), GTK_ACCESSIBLE_PROPERTY_LABEL, both,
                                  -1);
}

static void
show_urls (RelaisStatusCard         *self,
           const char       * const *urls)
{
  GtkWidget *child = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->urls), urls[0] != NULL);
  if (self->shown_urls != NULL && g_strv_equal (urls, (const char *const *)self->shown_urls))
    return;

  g_strfreev (self->shown_urls);
  self->shown_urls = g_strdupv ((char **)urls);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->urls))) != NULL)
    gtk_box_remove (self->urls, child);
  for (gsize i = 0; urls[i] != NULL; i++)
    gtk_box_append (self->urls, relais_url_well_new (urls[i]));
}

static char *
running_detail (RelaisEngine *engine)
{
  guint n_active = relais_engine_get_n_active (engine);
  guint n_accounts = relais_engine_get_n_accounts (engine);

  /* Translators: as in “2 of 4 accounts active”; the plural follows the second number */
  return g_strdup_printf (ngettext ("%u of %u account active", "%u of %u accounts active", n_accounts),
                          n_active, n_accounts);
}

static const char *
stopped_detail (RelaisStatusCard *self,
                WayOut            ways[2])
{
  switch (relais_next_step_get (self->next_step))
    {
    case RELAIS_STEP_UNLOCK:
      ways[0] = (WayOut){ _("_Unlock"), "win.unlock", NULL };
      return _("Unlock the keyring to use your accounts");
    case RELAIS_STEP_ADD_ACCOUNT:
      ways[0] = (WayOut){ _("_Add Account…"), "win.add-account", NULL };
      ways[1] = (WayOut){ _("Add Pract_ice Account"), "win.add-practice", NULL };
      return _("Add an account first");
    case RELAIS_STEP_NONE:
    case RELAIS_STEP_START:
    case RELAIS_STEP_CONNECT:
    default:
      return _("Start the proxy to let clients connect");
    }
}

static void
failure_ways (const RelaisStartFailure  *failure,
              WayOut                     ways[2],
              char                     **label)
{
  switch (failure->code)
    {
    case RELAIS_ERROR_ADDRESS_IN_USE:
      if (failure->free_port == 0)
        break;
      /* Translators: a button; the number is a port that is free */
      *label = g_strdup_printf (_("_Use Port %u"), failure->free_port);
      ways[0] = (WayOut){ *label, "win.use-free-port", NULL };
      break;
    case RELAIS_ERROR_KEYRING_LOCKED:
      ways[0] = (WayOut){ _("_Unlock"), "win.unlock", NULL };
      break;
    case RELAIS_ERROR_NO_ACCOUNT:
    case RELAIS_ERROR_NO_KEYRING:
      ways[0] = (WayOut){ _("_Add Account…"), "win.add-account", NULL };
      ways[1] = (WayOut){ _("Add Pract_ice Account"), "win.add-practice", NULL };
      break;
    default:
      break;
    }
}

static void
relais_status_card_update (RelaisStatusCard *self)
{
  static const char *const no_urls[] = { NULL };
  const RelaisStartFailure *failure = NULL;
  g_auto (GStrv) urls = NULL;
  g_autofree char *detail = NULL;
  g_autofree char *label = NULL;
  WayOut ways[2] = { { NULL } };

  if (self->engine == NULL)
    return;

  switch (relais_engine_get_state (self->engine))
    {
    case RELAIS_ENGINE_STARTING:
      show_state (self, "idle", NULL, _("Starting…"), "");
      break;
    case RELAIS_ENGINE_STOPPING:
      show_state (self, "idle", NULL, _("Stopping…"), _("Open answers may end first"));
      break;
    case RELAIS_ENGINE_RUNNING:
      detail = running_detail (self->engine);
      urls = relais_engine_dup_urls (self->engine);
      show_state (self, "good", "network-transmit-receive-symbolic", _("Running"), detail);
      if (relais_next_step_get (self->next_step) == RELAIS_STEP_CONNECT)
        ways[0] = (WayOut){ _("_Connect a Client"), "win.page", "connect" };
      break;
    case RELAIS_ENGINE_FAILED:
      failure = relais_engine_get_failure (self->engine);
      detail = failure != NULL ? relais_words_failure (failure) : g_strdup ("");
      show_state (self, "bad", "dialog-error-symbolic", _("Could Not Start"), detail);
      if (failure != NULL)
        failure_ways (failure, ways, &label);
      break;
    case RELAIS_ENGINE_STOPPED:
    default:
      show_state (self, "idle", "network-offline-symbolic", _("Stopped"), stopped_detail (self, ways));
      break;
    }

  show_urls (self, urls != NULL ? (const char *const *)urls : no_urls);
  set_way_out (self->primary, &ways[0]);
  set_way_out (self->secondary, &ways[1]);
  gtk_widget_set_visible (self->ways_out, ways[0].label != NULL);
  /* One alone is as wide as its words. Two share the card: not filled, the box would measure one
     row and then allocate two. */
  gtk_widget_set_halign (self->ways_out, ways[1].label != NULL ? GTK_ALIGN_FILL : GTK_ALIGN_START);
}

static void
relais_status_card_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  RelaisStatusCard *self = RELAIS_STATUS_CARD (object);

  switch (prop_id)
    {
    case PROP_ENGINE:
      g_value_set_object (value, relais_status_card_get_engine (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_status_card_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  RelaisStatusCard *self = RELAIS_STATUS_CARD (object);

  switch (prop_id)
    {
    case PROP_ENGINE:
      relais_status_card_set_engine (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_status_card_dispose (GObject *object)
{
  RelaisStatusCard *self = RELAIS_STATUS_CARD (object);

  g_clear_object (&self->signals);
  g_clear_object (&self->next_step);
  g_clear_object (&self->engine);
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_STATUS_CARD);

  G_OBJECT_CLASS (relais_status_card_parent_class)->dispose (object);
}

static void
relais_status_card_finalize (GObject *object)
{
  RelaisStatusCard *self = RELAIS_STATUS_CARD (object);

  g_clear_pointer (&self->shown_urls, g_strfreev);

  G_OBJECT_CLASS (relais_status_card_parent_class)->finalize (object);
}

static void
relais_status_card_class_init (RelaisStatusCardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = relais_status_card_dispose;
  object_class->finalize = relais_status_card_finalize;
  object_class->get_property = relais_status_card_get_property;
  object_class->set_property = relais_status_card_set_property;

  properties[PROP_ENGINE] =
    g_param_spec_object ("engine", NULL, NULL, RELAIS_TYPE_ENGINE,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-status-card.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisStatusCard, badge);
  gtk_widget_class_bind_template_child (widget_class, RelaisStatusCard, badge_stack);
  gtk_widget_class_bind_template_child (widget_class, RelaisStatusCard, card);
  gtk_widget_class_bind_template_child (widget_class, RelaisStatusCard, detail);
  gtk_widget_class_bind_template_child (widget_class, RelaisStatusCard, icon);
  gtk_widget_class_bind_template_child (widget_class, RelaisStatusCard, primary);
  gtk_widget_class_bind_template_child (widget_class, RelaisStatusCard, secondary);
  gtk_widget_class_bind_template_child (widget_class, RelaisStatusCard, spinner);
  gtk_widget_class_bind_template_child (widget_class, RelaisStatusCard, title);
  gtk_widget_class_bind_template_child (widget_class, RelaisStatusCard, urls);
  gtk_widget_class_bind_template_child (widget_class, RelaisStatusCard, ways_out);
  gtk_widget_class_bind_template_child (widget_class, RelaisStatusCard, words);
}

static void
relais_status_card_init (RelaisStatusCard *self)
{
  static const char *const watched[] = { "failure", "n-active", "n-accounts", "port", "allow-lan-access" };

  gtk_widget_init_template (GTK_WIDGET (self));

  self->signals = g_signal_group_new (RELAIS_TYPE_ENGINE);
  for (gsize i = 0; i < G_N_ELEMENTS (watched); i++)
    {
      g_autofree char *signal = g_strconcat ("notify::", watched[i], NULL);

      g_signal_group_connect_swapped (self->signals, signal,
                                      G_CALLBACK (relais_status_card_update), self);
    }
}

/**
 * relais_status_card_get_engine:
 * @self: a card
 *
 * Returns: (transfer none) (nullable): the engine whose state it shows
 */
RelaisEngine *
relais_status_card_get_engine (RelaisStatusCard *self)
{
  g_return_val_if_fail (RELAIS_IS_STATUS_CARD (self), NULL);

  return self->engine;
}

/**
 * relais_status_card_set_engine:
 * @self: a card
 * @engine: (nullable): the engine whose state to show
 */
void
relais_status_card_set_engine (RelaisStatusCard *self,
                               RelaisEngine     *engine)
{
  g_return_if_fail (RELAIS_IS_STATUS_CARD (self));
  g_return_if_fail (engine == NULL || RELAIS_IS_ENGINE (engine));

  if (!g_set_object (&self->engine, engine))
    return;
  g_signal_group_set_target (self->signals, engine);
  g_clear_object (&self->next_step);
  if (engine != NULL)
    {
      self->next_step = relais_next_step_new (engine);
      g_signal_connect_object (self->next_step, "changed", G_CALLBACK (relais_status_card_update), self,
                               G_CONNECT_SWAPPED);
    }
  relais_status_card_update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENGINE]);
}
